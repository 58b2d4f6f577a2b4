# Made before the functions, which may not make one themselves: theirs would be kept for ever.
resource "aws_cloudwatch_log_group" "function" {
  for_each = local.function_names

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "function" {
  for_each = local.functions

  function_name    = local.function_names[each.key]
  description      = each.value
  role             = aws_iam_role.functions.arn
  filename         = "${var.packages}/${each.key}.zip"
  source_code_hash = filebase64sha256("${var.packages}/${each.key}.zip")
  handler          = "functions/${each.key}.handler"
  runtime          = var.runtime
  architectures    = [var.architecture]
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  # An older version can still revert what only its code knows.
  publish                        = true
  reserved_concurrent_executions = lookup(var.reserved_concurrency, each.key, -1)
  tags                           = var.tags

  environment {
    variables = local.environment
  }

  vpc_config {
    subnet_ids         = local.subnet_ids
    security_group_ids = concat([aws_security_group.functions.id], local.further_security_group_ids)
  }

  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.functions]
}

# A call without an answer is not repeated: the next one goes on where it stopped. An upload has no next one.
resource "aws_lambda_function_event_invoke_config" "function" {
  for_each = aws_lambda_function.function

  function_name          = each.value.function_name
  maximum_retry_attempts = each.key == "upload" ? var.upload.retries : 0

  dynamic "destination_config" {
    for_each = each.key == "upload" ? aws_sqs_queue.failed_uploads[*].arn : []

    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }
}
