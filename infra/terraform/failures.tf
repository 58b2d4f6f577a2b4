locals {
  failed_uploads_name = "${var.name}-failed-uploads"
  # Put together rather than asked for: the queue has its policy from the start, and SQS takes half a minute for each change.
  failed_uploads_arn = "arn:${local.partition}:sqs:${local.region}:${local.account}:${local.failed_uploads_name}"
}

# Events that failed in all attempts, each with what the function answered last.
resource "aws_sqs_queue" "failed_uploads" {
  count = local.upload_functions

  name                      = local.failed_uploads_name
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = true
  policy                    = data.aws_iam_policy_document.failed_uploads[0].json
  tags                      = var.tags
}

data "aws_iam_policy_document" "failed_uploads" {
  count = local.upload_functions

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [local.failed_uploads_arn]

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
      resources = [local.failed_uploads_arn]

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
