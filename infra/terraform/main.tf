data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # `name` before version 6 of the provider, `region` from then on; `id` is both.
  region = data.aws_region.current.id

  functions = merge(
    {
      migrate  = "Applies the migrations that are pending"
      rollback = "Reverts the migrations that were applied last"
      status   = "Tells what is applied, pending and in progress"
    },
    var.upload == null ? {} : { upload = "Migrates the databases whose migrations were uploaded" },
  )

  function_names = { for key in keys(local.functions) : key => "${var.name}-${key}" }
  # Put together rather than asked for: the role's policy comes before the functions that have it.
  function_arns = [
    for name in values(local.function_names) :
    "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${name}"
  ]

  environment = merge(
    var.environment,
    { DATABASE_PORT = tostring(var.database_port) },
    var.secret_arn == null ? {} : { DATABASE_SECRET_ID = var.secret_arn },
    var.database_user_arn == null ? {} : { DATABASE_AUTH = "iam" },
    var.upload == null ? {} : { MIGRATIONS_S3 = local.upload_location },
  )
}
