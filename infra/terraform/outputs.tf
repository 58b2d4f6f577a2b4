output "function_names" {
  description = "Names of the functions by what they do: migrate, rollback, status, and upload where there is one."
  value       = { for key, function in aws_lambda_function.function : key => function.function_name }
}

output "function_arns" {
  description = "Their ARNs, for whoever is to be allowed lambda:InvokeFunction on one of them."
  value       = { for key, function in aws_lambda_function.function : key => function.arn }
}

output "role_arn" {
  description = "ARN of the role that the functions share."
  value       = aws_iam_role.functions.arn
}

output "role_name" {
  description = "Its name, for further policies: a key that encrypts something else, say."
  value       = aws_iam_role.functions.name
}

output "log_group_names" {
  description = "Names of the functions' log groups, by function."
  value       = { for key, group in aws_cloudwatch_log_group.function : key => group.name }
}

output "vpc_id" {
  description = "The VPC that the functions are in."
  value       = local.vpc_id
}

output "subnet_ids" {
  description = "The subnets that the functions are in: for the database's subnet group, where the VPC is the module's own."
  value       = local.subnet_ids
}

output "route_table_ids" {
  description = "Route tables of the module's own VPC, for a peering or a transit gateway; empty for one that was there."
  value       = aws_route_table.own[*].id
}

output "security_group_id" {
  description = "The functions' security group: whoever admits it on database_port admits the functions."
  value       = aws_security_group.functions.id
}

output "upload_location" {
  description = "Where migrations are uploaded to: s3://BUCKET/PREFIX, below it a folder for each database. Null without uploads."
  value       = local.upload_location
}

output "upload_topic_arn" {
  description = "The topic between bucket and function, for further subscribers; null where there is none."
  value       = one(aws_sns_topic.uploads[*].arn)
}

output "failed_uploads_queue_url" {
  description = "URL of the queue of the events that failed in all attempts; null without uploads."
  value       = one(aws_sqs_queue.failed_uploads[*].url)
}

output "alarm_topic_arns" {
  description = "The topics that the alarms go to."
  value       = local.alarm_topic_arns
}
