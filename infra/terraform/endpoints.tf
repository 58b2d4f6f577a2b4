locals {
  s3_route_table_ids       = local.own_vpc ? aws_route_table.own[*].id : var.network.s3_route_table_ids
  secrets_manager_endpoint = local.own_vpc ? var.new_vpc.secrets_manager_endpoint : var.network.secrets_manager_endpoint
}

# Without it, and without a NAT gateway, a call to S3 is not refused: it waits until the function's time is up.
resource "aws_vpc_endpoint" "s3" {
  count = length(local.s3_route_table_ids) > 0 ? 1 : 0

  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.s3"
  route_table_ids   = local.s3_route_table_ids
  tags              = merge(var.tags, { Name = "${var.name}-s3" })
}

resource "aws_vpc_endpoint" "secrets_manager" {
  count = local.secrets_manager_endpoint ? 1 : 0

  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${local.region}.secretsmanager"
  subnet_ids          = local.subnet_ids
  security_group_ids  = aws_security_group.secrets_manager[*].id
  private_dns_enabled = true
  tags                = merge(var.tags, { Name = "${var.name}-secrets-manager" })
}

resource "aws_security_group" "secrets_manager" {
  count = local.secrets_manager_endpoint ? 1 : 0

  name        = "${var.name}-secrets-manager"
  description = "HTTPS from the migration functions to Secrets Manager"
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-secrets-manager" })
}

resource "aws_vpc_security_group_ingress_rule" "secrets_manager" {
  count = local.secrets_manager_endpoint ? 1 : 0

  security_group_id            = aws_security_group.secrets_manager[0].id
  referenced_security_group_id = aws_security_group.functions.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  tags                         = var.tags
}
