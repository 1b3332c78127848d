# A bucket for anchors of the audit log and its archive: docs/audit-anchors.md says what each part is for.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

# Object Lock cannot be switched on later, nor off.
resource "aws_s3_bucket" "anchors" {
  bucket              = var.bucket
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "anchors" {
  bucket = aws_s3_bucket.anchors.id

  versioning_configuration {
    status = "Enabled"
  }
}

# For what comes without a lock of its own; the policy refuses that as well.
resource "aws_s3_bucket_object_lock_configuration" "anchors" {
  bucket = aws_s3_bucket.anchors.id

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = var.retention_days
    }
  }
}

resource "aws_s3_bucket_public_access_block" "anchors" {
  bucket                  = aws_s3_bucket.anchors.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "anchors" {
  bucket = aws_s3_bucket.anchors.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_policy" "anchors" {
  bucket = aws_s3_bucket.anchors.id
  policy = templatefile("${path.module}/bucket-policy.json", {
    bucket     = var.bucket
    least_days = var.retention_days - 1
  })
}

# For the role the gateway runs as.
resource "aws_iam_policy" "gateway" {
  name = "${var.bucket}-gateway"
  policy = templatefile("${path.module}/gateway-policy.json", {
    bucket   = var.bucket
    chain_id = var.chain_id
  })
}
