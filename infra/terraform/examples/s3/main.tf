# Migrations are uploaded to s3://BUCKET/migrations/DATABASE/, and run for each database of one instance:
#   MIGRATIONS_S3=s3://BUCKET/migrations npm run package && terraform -chdir=infra/terraform/examples/s3 apply
#   aws s3 sync orders/ s3://BUCKET/migrations/orders/
provider "aws" {
  region = var.region
}

module "migrations" {
  source = "../.."

  name     = "tenants"
  packages = var.packages

  secret_arn    = var.secret_arn
  database_port = var.database_port
  environment   = merge({ DATABASES = var.databases }, var.environment)

  upload = {
    bucket       = var.bucket
    prefix       = "migrations"
    notification = var.notification
  }

  # Each upload of a file is an event; more at once than this would only wait for each other.
  reserved_concurrency = { upload = 5 }
  alarm_emails         = var.alarm_emails
}

output "function_names" {
  description = "What to call, by what it does."
  value       = module.migrations.function_names
}

output "upload_location" {
  description = "Where to upload: below it a folder for each database."
  value       = module.migrations.upload_location
}

output "failed_uploads_queue_url" {
  description = "Queue of the events that failed in all attempts."
  value       = module.migrations.failed_uploads_queue_url
}

# The VPC is the module's own: peer it with the database's, and admit its group there.
output "vpc_id" {
  description = "VPC to be peered with the database's."
  value       = module.migrations.vpc_id
}

output "security_group_id" {
  description = "Group of the functions, to be admitted by the database's."
  value       = module.migrations.security_group_id
}
