locals {
  upload_functions = var.upload == null ? 0 : 1
  through_sns      = try(var.upload.notification, "none") == "sns" ? 1 : 0
  straight         = try(var.upload.notification, "none") == "lambda" ? 1 : 0
}

# With `none` too: whoever makes the notification then needs nothing of this function but its ARN.
resource "aws_lambda_permission" "s3" {
  count = local.upload_functions - local.through_sns

  statement_id  = "FromTheBucket"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function["upload"].function_name
  principal     = "s3.amazonaws.com"
  source_arn    = local.bucket_arn
  # A bucket's ARN names no account: somebody else may have the name once the bucket is gone.
  source_account = local.account
}

# A topic's ARN names the account, and SNS does not promise to send it besides.
resource "aws_lambda_permission" "sns" {
  count = local.through_sns

  statement_id  = "FromTheTopic"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.function["upload"].function_name
  principal     = "sns.amazonaws.com"
  source_arn    = aws_sns_topic.uploads[0].arn
}

# Every object: which of them are migrations, the function tells from their names and the manifest.
resource "aws_s3_bucket_notification" "uploads" {
  count = local.straight + local.through_sns

  bucket = local.new_buckets == 1 ? aws_s3_bucket.uploads[0].id : var.upload.bucket

  dynamic "lambda_function" {
    for_each = local.straight == 1 ? [aws_lambda_function.function["upload"].arn] : []

    content {
      lambda_function_arn = lambda_function.value
      events              = ["s3:ObjectCreated:*"]
      filter_prefix       = local.upload_prefix == "" ? null : local.upload_prefix
    }
  }

  dynamic "topic" {
    for_each = aws_sns_topic.uploads[*].arn

    content {
      topic_arn     = topic.value
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = local.upload_prefix == "" ? null : local.upload_prefix
    }
  }

  # S3 tries the destination at once, and refuses one that it may not reach; what follows it must be there for the first event.
  depends_on = [
    aws_lambda_permission.s3,
    aws_sns_topic_policy.uploads,
    aws_sns_topic_subscription.upload,
    aws_lambda_function_event_invoke_config.function,
    aws_s3_bucket_policy.uploads,
  ]
}

resource "aws_sns_topic" "uploads" {
  count = local.through_sns

  name = "${var.name}-uploads"
  tags = var.tags
}

resource "aws_sns_topic_subscription" "upload" {
  count = local.through_sns

  topic_arn = aws_sns_topic.uploads[0].arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.function["upload"].arn
  # What SNS cannot hand to Lambda at all; what the function fails at, Lambda sends there.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed_uploads[0].arn })

  depends_on = [aws_lambda_permission.sns]
}

data "aws_iam_policy_document" "topic" {
  count = local.through_sns

  statement {
    sid       = "FromTheBucket"
    actions   = ["sns:Publish"]
    resources = aws_sns_topic.uploads[*].arn

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.bucket_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sns_topic_policy" "uploads" {
  count = local.through_sns

  arn    = aws_sns_topic.uploads[0].arn
  policy = data.aws_iam_policy_document.topic[0].json
}
