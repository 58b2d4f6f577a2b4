variable "region" {
  type        = string
  description = "Where all of it is made."
  default     = "eu-central-1"
}

variable "packages" {
  type        = string
  description = "Folder of the functions' zips."
  default     = "../../../../.serverless"
}

variable "bucket" {
  type        = string
  description = "Name of the bucket that is made."
}

variable "notification" {
  type        = string
  description = "How uploads are told: lambda, or sns where others want to know of them too."
  default     = "sns"
}

variable "databases" {
  type        = string
  description = "Names and patterns of the databases that may be migrated, separated by commas."
  default     = "tenant_*"
}

variable "secret_arn" {
  type        = string
  description = "Complete ARN of the instance's secret."
}

variable "database_port" {
  type        = number
  description = "Port of the instance."
  default     = 3306
}

variable "environment" {
  type        = map(string)
  description = "Further settings, as .env.example documents them."
  default     = {}
}

variable "alarm_emails" {
  type        = list(string)
  description = "Who is told when an upload fails."
  default     = []
}
