variable "name" {
  type        = string
  default     = "migration-lambda"
  description = "What the names of all resources begin with: the functions are NAME-migrate and so on. Two modules of one account and region need two names."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "name must be 1 to 40 lower-case letters, digits and hyphens, the first one a letter."
  }
}

variable "packages" {
  type        = string
  description = "Folder of the functions' zips, as `npm run package` leaves them in .serverless: migrate.zip, rollback.zip, status.zip, and upload.zip for uploads."

  validation {
    condition     = alltrue([for key in ["migrate", "rollback", "status"] : fileexists("${var.packages}/${key}.zip")])
    error_message = "packages must be a folder with migrate.zip, rollback.zip and status.zip: run `npm run package` first."
  }

  validation {
    condition     = var.upload == null || fileexists("${var.packages}/upload.zip")
    error_message = "packages has no upload.zip, which uploads need: run `npm run package` with MIGRATIONS_S3=s3://BUCKET/PREFIX in the environment."
  }
}

variable "runtime" {
  type        = string
  default     = "nodejs24.x"
  description = "Lambda's runtime. Version 5 of the provider knows nodejs22.x only, which will do."

  validation {
    condition     = contains(["nodejs22.x", "nodejs24.x"], var.runtime)
    error_message = "runtime must be nodejs22.x or nodejs24.x."
  }
}

variable "architecture" {
  type        = string
  default     = "arm64"
  description = "Processor that the functions run on: arm64 or x86_64. The zips are the same."

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory_mb" {
  type        = number
  default     = 512
  description = "Memory of each function, 256 to 10240 MB."

  validation {
    condition     = var.memory_mb >= 256 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 256 to 10240."
  }
}

variable "timeout_seconds" {
  type        = number
  default     = 900
  description = "Time of one call, 60 to 900 s. A run that needs more goes on with the next call."

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 60 to 900."
  }
}

variable "reserved_concurrency" {
  type        = map(number)
  default     = {}
  description = "How many calls of a function may run at once, by function: { upload = 5 }. Not needed for safety: runs of one database wait for each other anyway. An account must keep 100 unreserved."

  validation {
    condition     = length(setsubtract(keys(var.reserved_concurrency), ["migrate", "rollback", "status", "upload"])) == 0
    error_message = "reserved_concurrency knows the functions migrate, rollback, status and upload."
  }

  validation {
    condition     = alltrue([for value in values(var.reserved_concurrency) : value >= 0 && floor(value) == value])
    error_message = "reserved_concurrency must be whole numbers from 0, which stops a function altogether."
  }
}

variable "environment" {
  type        = map(string)
  default     = {}
  description = "Settings of the functions, as .env.example documents them: DATABASE_HOST, DATABASES, LOCK_TIMEOUT_SECONDS … Not secret: they are in Terraform's state and in the functions' configuration."

  validation {
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[A-Z][A-Z0-9_]*$", key)) && !can(regex("^(AWS|LAMBDA)_", key))])
    error_message = "environment must have upper-case names, none of which begins with AWS_ or LAMBDA_: those are Lambda's own."
  }

  validation {
    condition     = !contains(keys(var.environment), "DATABASE_URL")
    error_message = "environment must not hold DATABASE_URL, which would put a password into Terraform's state: give secret_arn or database_user_arn."
  }

  validation {
    condition = length(setintersection(
      keys(var.environment), ["DATABASE_PORT", "DATABASE_SECRET_ID", "DATABASE_AUTH", "MIGRATIONS_S3"]
    )) == 0
    error_message = "environment must leave DATABASE_PORT, DATABASE_SECRET_ID, DATABASE_AUTH and MIGRATIONS_S3 to the variables database_port, secret_arn, database_user_arn and upload."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 90
  description = "How long the functions' logs are kept."

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of those that CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "alarm_emails" {
  type        = list(string)
  default     = []
  description = "Addresses that alarms are sent to; each must confirm the mail that SNS sends it first."

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "alarm_emails must be mail addresses."
  }

  validation {
    condition     = length(var.alarm_emails) == 0 || length(var.alarm_topic_arns) == 0
    error_message = "alarm_emails are subscribed to the module's own topic, which alarm_topic_arns replaces: give one of the two."
  }
}

variable "alarm_topic_arns" {
  type        = list(string)
  default     = []
  description = "SNS topics that alarms go to; with none the module makes one."
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags of all resources."
}
