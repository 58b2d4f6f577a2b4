variable "secret_arn" {
  type        = string
  default     = null
  description = "Complete ARN of the Secrets Manager secret that the functions log in with. This or database_user_arn."

  validation {
    condition     = var.secret_arn == null || can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+-[A-Za-z0-9]{6}$", var.secret_arn))
    error_message = "secret_arn must be a secret's complete ARN, with the hyphen and the six characters that Secrets Manager adds to its name."
  }

  validation {
    condition     = (var.secret_arn == null) != (var.database_user_arn == null)
    error_message = "Give either secret_arn or database_user_arn: how else would the functions log in?"
  }
}

variable "secret_kms_key_arn" {
  type        = string
  default     = null
  description = "ARN of the KMS key that encrypts the secret; null for AWS's own key."

  validation {
    condition     = var.secret_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.secret_kms_key_arn))
    error_message = "secret_kms_key_arn must be a key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: a policy cannot name an alias."
  }
}

variable "database_user_arn" {
  type        = string
  default     = null
  description = "dbuser resource that the functions log in as with IAM: arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE_ID/USER. It needs DATABASE_HOST, DATABASE_USER, and DATABASE_NAME or DATABASES in environment."

  validation {
    condition     = var.database_user_arn == null || can(regex("^arn:[a-z-]+:rds-db:[a-z0-9-]+:[0-9]{12}:dbuser:[^/*]+/[^/*]+$", var.database_user_arn))
    error_message = "database_user_arn must be arn:aws:rds-db:REGION:ACCOUNT:dbuser:RESOURCE_ID/USER, without wildcards. The resource id is db-… or cluster-…, not the instance's name."
  }

  validation {
    condition = var.database_user_arn == null || (
      alltrue([for key in ["DATABASE_HOST", "DATABASE_USER"] : contains(keys(var.environment), key)]) &&
      anytrue([for key in ["DATABASE_NAME", "DATABASES"] : contains(keys(var.environment), key)])
    )
    error_message = "With database_user_arn, environment needs DATABASE_HOST, DATABASE_USER, and DATABASE_NAME or DATABASES: no secret says them."
  }
}

variable "database_port" {
  type        = number
  description = "Port of the database: 3306 for MySQL and MariaDB, 5432 for PostgreSQL. The functions use it, and the security groups open it."

  validation {
    condition     = var.database_port >= 1 && var.database_port <= 65535 && floor(var.database_port) == var.database_port
    error_message = "database_port must be a whole number from 1 to 65535."
  }
}

variable "database_security_group_ids" {
  type        = list(string)
  default     = []
  description = "Security groups of the database: each gets a rule that admits the functions. With none, admit the output security_group_id yourself. Such a group must not list its rules in `ingress` blocks: those would remove this one."
}

variable "network" {
  type = object({
    vpc_id                   = string
    subnet_ids               = list(string)
    security_group_ids       = optional(list(string), [])
    s3_route_table_ids       = optional(list(string), [])
    secrets_manager_endpoint = optional(bool, false)
  })
  default     = null
  description = "The VPC and its private subnets that the functions go into; null makes a VPC for them. security_group_ids: groups of the functions besides their own. s3_route_table_ids: the subnets' route tables, which get a gateway endpoint for S3. secrets_manager_endpoint: makes an interface endpoint; once per VPC, and the subnets must then be in different zones."

  validation {
    condition     = var.network == null || try(length(var.network.subnet_ids), 0) > 0
    error_message = "network needs at least one of subnet_ids, better two in different zones."
  }
}

variable "new_vpc" {
  type = object({
    cidr                     = optional(string, "10.90.0.0/24")
    secrets_manager_endpoint = optional(bool, true)
  })
  default     = {}
  description = "The VPC that is made without network: two private subnets, no way to the internet, a gateway endpoint for S3. cidr: its addresses, other ones than those of networks that it is to be connected to. secrets_manager_endpoint: not needed with database_user_arn, and not free."

  validation {
    condition     = can(cidrsubnet(var.new_vpc.cidr, 1, 1)) && can(regex("/(1[6-9]|2[0-7])$", var.new_vpc.cidr))
    error_message = "new_vpc.cidr must be an IPv4 network from /16 to /27, such as 10.90.0.0/24."
  }
}

variable "upload" {
  type = object({
    bucket        = string
    prefix        = optional(string, "")
    create_bucket = optional(bool, true)
    kms_key_arn   = optional(string)
    notification  = optional(string, "lambda")
    retries       = optional(number, 2)
  })
  default     = null
  description = "Migrations are uploaded to BUCKET/PREFIX/DATABASE/ and run from there; null: they are in the zips. create_bucket: false where it is there already. kms_key_arn: the key that encrypts it; null for S3's own. notification: lambda, sns (S3 tells a topic, which others may subscribe to), or none where something else makes it: a bucket has only one. retries: how often a failed event is tried again, 0 to 2, before it goes to the queue."

  validation {
    condition     = var.upload == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.upload.bucket))
    error_message = "upload.bucket must be a bucket's name, not its ARN or URL: 3 to 63 lower-case letters, digits, dots and hyphens."
  }

  validation {
    condition     = var.upload == null || can(regex("^([A-Za-z0-9!_.'()-]+(/[A-Za-z0-9!_.'()-]+)*)?$", var.upload.prefix))
    error_message = "upload.prefix must be folders without a slash at either end, such as migrations/prod; no spaces or wildcards."
  }

  validation {
    condition     = var.upload == null || contains(["lambda", "sns", "none"], try(var.upload.notification, ""))
    error_message = "upload.notification must be lambda, sns or none."
  }

  validation {
    condition     = var.upload == null || contains([0, 1, 2], try(var.upload.retries, -1))
    error_message = "upload.retries must be 0, 1 or 2: Lambda knows no more."
  }

  validation {
    condition     = var.upload == null || try(var.upload.kms_key_arn, null) == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.upload.kms_key_arn))
    error_message = "upload.kms_key_arn must be a key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}
