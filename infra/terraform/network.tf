locals {
  own_vpc                    = var.network == null
  vpc_id                     = local.own_vpc ? aws_vpc.own[0].id : var.network.vpc_id
  subnet_ids                 = local.own_vpc ? aws_subnet.own[*].id : var.network.subnet_ids
  further_security_group_ids = local.own_vpc ? [] : var.network.security_group_ids
}

data "aws_availability_zones" "available" {
  count = local.own_vpc ? 1 : 0
  state = "available"

  # Without the local zones, where Lambda has no functions.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

# No internet gateway and no NAT: what the functions need besides the database comes through the endpoints.
resource "aws_vpc" "own" {
  count = local.own_vpc ? 1 : 0

  cidr_block           = var.new_vpc.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

resource "aws_subnet" "own" {
  count = local.own_vpc ? 2 : 0

  vpc_id            = aws_vpc.own[0].id
  cidr_block        = cidrsubnet(var.new_vpc.cidr, 1, count.index)
  availability_zone = data.aws_availability_zones.available[0].names[count.index]
  tags              = merge(var.tags, { Name = "${var.name}-private-${count.index + 1}" })
}

resource "aws_route_table" "own" {
  count = local.own_vpc ? 1 : 0

  vpc_id = aws_vpc.own[0].id
  tags   = merge(var.tags, { Name = "${var.name}-private" })
}

resource "aws_route_table_association" "own" {
  count = local.own_vpc ? 2 : 0

  subnet_id      = aws_subnet.own[count.index].id
  route_table_id = aws_route_table.own[0].id
}

resource "aws_security_group" "functions" {
  name        = "${var.name}-functions"
  description = "The migration functions"
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-functions" })

  # Lambda keeps the network interfaces of a deleted function for a while, and with them this group.
  timeouts {
    delete = "45m"
  }
}

resource "aws_vpc_security_group_egress_rule" "database" {
  count = length(var.database_security_group_ids)

  security_group_id            = aws_security_group.functions.id
  description                  = "The database"
  referenced_security_group_id = var.database_security_group_ids[count.index]
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  tags                         = var.tags
}

# Whose groups are not known may be anywhere: in this VPC, in a peered one, behind a VPN.
resource "aws_vpc_security_group_egress_rule" "any_database" {
  count = length(var.database_security_group_ids) == 0 ? 1 : 0

  security_group_id = aws_security_group.functions.id
  description       = "The database, wherever it is"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = var.database_port
  to_port           = var.database_port
  tags              = var.tags
}

# The addresses of Secrets Manager and S3 depend on how they are reached: interface endpoint, gateway endpoint or NAT.
resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.functions.id
  description       = "Secrets Manager and S3"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count = length(var.database_security_group_ids)

  security_group_id            = var.database_security_group_ids[count.index]
  description                  = "The migration functions ${var.name}"
  referenced_security_group_id = aws_security_group.functions.id
  ip_protocol                  = "tcp"
  from_port                    = var.database_port
  to_port                      = var.database_port
  tags                         = var.tags
}
