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
