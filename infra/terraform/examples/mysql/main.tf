# Into a VPC that is there, for a MySQL, MariaDB or Aurora MySQL database that is there:
#   npm run package && terraform -chdir=infra/terraform/examples/mysql apply
#   aws lambda invoke --function-name shop-migrations-migrate --cli-read-timeout 910 /dev/stdout
provider "aws" {
  region = var.region
}

module "migrations" {
  source = "../.."

  name     = "shop-migrations"
  packages = var.packages

  secret_arn                  = var.secret_arn
  database_port               = 3306
  database_security_group_ids = [var.database_security_group_id]

  # What the secret that RDS manages does not say.
  environment = {
    DATABASE_HOST = var.database_host
    DATABASE_NAME = var.database_name
  }

  network = {
    vpc_id     = var.vpc_id
    subnet_ids = var.subnet_ids
    # Where there is neither a NAT gateway nor an endpoint: a call to Secrets Manager would wait until time is up.
    secrets_manager_endpoint = var.secrets_manager_endpoint
  }
}

output "function_names" {
  description = "What to call, by what it does."
  value       = module.migrations.function_names
}
