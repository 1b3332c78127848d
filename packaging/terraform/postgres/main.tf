# PostgreSQL on Amazon RDS for Rack Gateway: docs/database-setup.md says what each part is for.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

resource "aws_db_subnet_group" "private" {
  name       = var.identifier
  subnet_ids = var.private_subnet_ids
}

resource "aws_db_instance" "gateway" {
  identifier     = var.identifier
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  multi_az       = var.multi_az

  allocated_storage     = var.allocated_storage
  max_allocated_storage = var.max_allocated_storage
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  # The password of this login is in Secrets Manager, neither here nor in Terraform's state.
  db_name                     = "rack_gateway"
  username                    = "rack_gateway_admin"
  manage_master_user_password = true

  parameter_group_name   = aws_db_parameter_group.gateway.name
  db_subnet_group_name   = aws_db_subnet_group.private.name
  vpc_security_group_ids = [aws_security_group.rds.id]
  publicly_accessible    = false

  # Daily snapshots and the WAL in between: any second of the last 30 days, also after a deletion.
  backup_retention_period  = 30
  backup_window            = "03:00-04:00"
  delete_automated_backups = false
  copy_tags_to_snapshot    = true
  maintenance_window       = "sun:04:00-sun:05:00"

  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.identifier}-final"

  performance_insights_enabled    = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}

resource "aws_db_parameter_group" "gateway" {
  name   = var.identifier
  family = var.parameter_group_family

  # Refuses whoever does not speak TLS.
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Statements slower than this, in milliseconds, without the values they were called with.
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  parameter {
    name  = "log_parameter_max_length"
    value = "0"
  }

  parameter {
    name  = "log_lock_waits"
    value = "1"
  }

  parameter {
    name         = "shared_preload_libraries"
    value        = "pg_stat_statements"
    apply_method = "pending-reboot"
  }
}

resource "aws_security_group" "rds" {
  name        = "${var.identifier}-rds"
  description = "PostgreSQL of Rack Gateway: from the gateway, and to nobody"
  vpc_id      = var.vpc_id

  ingress {
    description     = "PostgreSQL from the gateway"
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = var.gateway_security_group_ids
  }
}

resource "aws_cloudwatch_metric_alarm" "db_connections" {
  alarm_name          = "${var.identifier}-db-connections"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  metric_name         = "DatabaseConnections"
  namespace           = "AWS/RDS"
  period              = 300
  statistic           = "Average"
  threshold           = var.connections_alarm
  alarm_actions       = var.alarm_topic_arns

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.gateway.identifier
  }
}

resource "aws_cloudwatch_metric_alarm" "db_storage" {
  alarm_name          = "${var.identifier}-db-storage"
  comparison_operator = "LessThanThreshold"
  evaluation_periods  = 2
  metric_name         = "FreeStorageSpace"
  namespace           = "AWS/RDS"
  period              = 300
  statistic           = "Minimum"
  threshold           = var.allocated_storage * 1024 * 1024 * 1024 * 0.15
  alarm_actions       = var.alarm_topic_arns

  dimensions = {
    DBInstanceIdentifier = aws_db_instance.gateway.identifier
  }
}
