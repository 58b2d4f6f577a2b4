# A PostgreSQL instance and its migrations, in a VPC of their own without any way to the internet:
#   DIALECT=postgres npm run package && terraform -chdir=infra/terraform/examples/postgres apply
#   aws lambda invoke --function-name orders-migrations-migrate --cli-read-timeout 910 /dev/stdout
provider "aws" {
  region = var.region
}

module "migrations" {
  source = "../.."

  name     = "orders-migrations"
  packages = var.packages

  secret_arn                  = aws_db_instance.orders.master_user_secret[0].secret_arn
  database_port               = 5432
  database_security_group_ids = [aws_security_group.database.id]

  environment = {
    DATABASE_HOST = aws_db_instance.orders.address
    DATABASE_NAME = aws_db_instance.orders.db_name
  }
}

resource "aws_security_group" "database" {
  name        = "orders-database"
  description = "The database orders"
  vpc_id      = module.migrations.vpc_id
}

resource "aws_db_subnet_group" "orders" {
  name       = "orders"
  subnet_ids = module.migrations.subnet_ids
}

resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  engine_version              = "17"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  storage_encrypted           = true
  db_name                     = "orders"
  username                    = "orders_owner"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.orders.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  # An example: a database that matters has a final snapshot, and more.
  skip_final_snapshot = true
}

output "function_names" {
  description = "What to call, by what it does."
  value       = module.migrations.function_names
}
