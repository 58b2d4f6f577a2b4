data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "functions" {
  name               = "${var.name}-functions"
  description        = "What the migration functions may do"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "functions" {
  name   = "functions"
  role   = aws_iam_role.functions.id
  policy = data.aws_iam_policy_document.functions.json
}

locals {
  # What Lambda does with the role to put a function into a VPC; none of it can be limited to one resource.
  network_interface_actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ]
}

data "aws_iam_policy_document" "functions" {
  source_policy_documents = concat(
    [data.aws_iam_policy_document.database.json],
    data.aws_iam_policy_document.upload[*].json,
  )

  statement {
    sid       = "OwnLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.function : "${group.arn}:*"]
  }

  statement {
    sid       = "NetworkInterfacesOfTheVpc"
    actions   = local.network_interface_actions
    resources = ["*"]
  }

  # Lambda needs them, the functions' own code does not: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  statement {
    sid       = "NoNetworkInterfacesForCode"
    effect    = "Deny"
    actions   = local.network_interface_actions
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "lambda:SourceFunctionArn"
      values   = local.function_arns
    }
  }
}

data "aws_iam_policy_document" "database" {
  dynamic "statement" {
    for_each = var.secret_arn == null ? [] : [var.secret_arn]

    content {
      sid       = "DatabaseSecret"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.secret_kms_key_arn == null ? [] : [var.secret_kms_key_arn]

    content {
      sid       = "KeyOfTheSecret"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.region}.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.database_user_arn == null ? [] : [var.database_user_arn]

    content {
      sid       = "DatabaseUser"
      actions   = ["rds-db:connect"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "upload" {
  count = var.upload == null ? 0 : 1

  statement {
    sid       = "ListMigrations"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]

    # A whole bucket needs no condition; with one, a listing without a prefix would be refused.
    dynamic "condition" {
      for_each = local.upload_prefix == "" ? [] : [local.upload_prefix]

      content {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["${condition.value}*"]
      }
    }
  }

  statement {
    sid       = "ReadMigrations"
    actions   = ["s3:GetObject"]
    resources = ["${local.bucket_arn}/${local.upload_prefix}*"]
  }

  # Lambda itself sends the failed events there, with the functions' role.
  statement {
    sid       = "KeepFailedUploads"
    actions   = ["sqs:SendMessage"]
    resources = [local.failed_uploads_arn]
  }

  dynamic "statement" {
    for_each = var.upload.kms_key_arn == null ? [] : [var.upload.kms_key_arn]

    content {
      sid       = "KeyOfTheBucket"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${local.region}.amazonaws.com"]
      }
    }
  }
}
