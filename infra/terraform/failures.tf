# Events that failed in all attempts, each with what the function answered last.
resource "aws_sqs_queue" "failed_uploads" {
  count = local.upload_functions

  name                      = "${var.name}-failed-uploads"
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

data "aws_iam_policy_document" "failed_uploads" {
  count = local.upload_functions

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = aws_sqs_queue.failed_uploads[*].arn

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = aws_sns_topic.uploads[*].arn

    content {
      sid       = "FromTheTopic"
      actions   = ["sqs:SendMessage"]
      resources = aws_sqs_queue.failed_uploads[*].arn

      principals {
        type        = "Service"
        identifiers = ["sns.amazonaws.com"]
      }

      condition {
        test     = "ArnEquals"
        variable = "aws:SourceArn"
        values   = [statement.value]
      }
    }
  }
}

resource "aws_sqs_queue_policy" "failed_uploads" {
  count = local.upload_functions

  queue_url = aws_sqs_queue.failed_uploads[0].id
  policy    = data.aws_iam_policy_document.failed_uploads[0].json
}
