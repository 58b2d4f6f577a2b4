variable "region" {
  type        = string
  description = "Where all of it is made."
  default     = "eu-central-1"
}
