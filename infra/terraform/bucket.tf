locals {
  bucket_arn = var.upload == null ? null : "arn:${local.partition}:s3:::${var.upload.bucket}"
  # Empty for the whole bucket; else it ends in a slash.
  upload_prefix   = var.upload == null || try(var.upload.prefix, "") == "" ? "" : "${var.upload.prefix}/"
  upload_location = var.upload == null ? null : trimsuffix("s3://${var.upload.bucket}/${local.upload_prefix}", "/")
  new_buckets     = var.upload != null && try(var.upload.create_bucket, false) ? 1 : 0
}

resource "aws_s3_bucket" "uploads" {
  count = local.new_buckets

  bucket = var.upload.bucket
  tags   = var.tags
}

# What was run can so be read again, whatever was uploaded since.
resource "aws_s3_bucket_versioning" "uploads" {
  count = local.new_buckets

  bucket = aws_s3_bucket.uploads[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  count = local.new_buckets

  bucket                  = aws_s3_bucket.uploads[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "uploads" {
  count = local.new_buckets

  bucket = aws_s3_bucket.uploads[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.upload.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.upload.kms_key_arn
    }
  }
}

data "aws_iam_policy_document" "uploads" {
  count = local.new_buckets

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.uploads[0].arn, "${aws_s3_bucket.uploads[0].arn}/*"]

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
}

resource "aws_s3_bucket_policy" "uploads" {
  count = local.new_buckets

  bucket = aws_s3_bucket.uploads[0].id
  policy = data.aws_iam_policy_document.uploads[0].json
  # S3 refuses two changes of one bucket's access at a time.
  depends_on = [aws_s3_bucket_public_access_block.uploads]
}
