locals {
  alarm_topic_arns = length(var.alarm_topic_arns) > 0 ? var.alarm_topic_arns : aws_sns_topic.alarms[*].arn

  alarms = merge([
    for key, name in local.function_names : {
      "${key}-errors" = {
        description = "${name} failed or refused: its log, and the action status, say why"
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        statistic   = "Sum"
        dimensions  = { FunctionName = name }
      }
      "${key}-throttles" = {
        description = "${name} was called but not started: its reserved concurrency, or the account's, was used up"
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        statistic   = "Sum"
        dimensions  = { FunctionName = name }
      }
    }
  ]...)

  queue_alarms = {
    for queue in aws_sqs_queue.failed_uploads : "failed-uploads" => {
      description = "Uploads failed in all attempts: ${queue.name} holds their events"
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      statistic   = "Maximum"
      dimensions  = { QueueName = queue.name }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = merge(local.alarms, local.queue_alarms)

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # A function that nobody calls sends no numbers at all.
  treat_missing_data = "notBreaching"
  alarm_actions      = local.alarm_topic_arns
  ok_actions         = local.alarm_topic_arns
  tags               = var.tags
}

# Not encrypted with AWS's own key for SNS: CloudWatch may not use that one, and its alarms would go nowhere.
resource "aws_sns_topic" "alarms" {
  count = length(var.alarm_topic_arns) == 0 ? 1 : 0

  name = "${var.name}-alarms"
  tags = var.tags
}

resource "aws_sns_topic_subscription" "alarms" {
  count = length(var.alarm_topic_arns) == 0 ? length(var.alarm_emails) : 0

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = var.alarm_emails[count.index]
}

data "aws_iam_policy_document" "alarms" {
  count = length(aws_sns_topic.alarms)

  statement {
    sid       = "FromTheAlarms"
    actions   = ["sns:Publish"]
    resources = aws_sns_topic.alarms[*].arn

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  count = length(aws_sns_topic.alarms)

  arn    = aws_sns_topic.alarms[0].arn
  policy = data.aws_iam_policy_document.alarms[0].json
}
