variable "region" {
  type        = string
  description = "Region of VPC and database."
  default     = "eu-central-1"
}

variable "vpc_id" {
  type        = string
  description = "VPC of the database."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets that reach the database."
}

variable "database_security_group_id" {
  type        = string
  description = "Security group of the database; it gets a rule that admits the functions."
}

variable "database_host" {
  type        = string
  description = "Endpoint of the instance, or of the cluster's writer."
}

variable "database_name" {
  type        = string
  description = "The database that is migrated."
}

variable "secret_arn" {
  type        = string
  description = "Complete ARN of the database's secret."
}

variable "secrets_manager_endpoint" {
  type        = bool
  description = "Make an interface endpoint for Secrets Manager. A VPC may have only one."
  default     = false
}

variable "packages" {
  type        = string
  description = "Folder of the functions' zips."
  default     = "../../../../.serverless"
}
