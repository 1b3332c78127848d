variable "bucket" {
  description = "Name of the bucket: AUDIT_ANCHOR_BUCKET"
  type        = string
}

variable "chain_id" {
  description = "Name of the log in it: AUDIT_ANCHOR_CHAIN_ID"
  type        = string
}

variable "retention_days" {
  description = "AUDIT_ANCHOR_RETENTION_DAYS; nothing shorter is accepted"
  type        = number
  default     = 400
}

variable "kms_key_arn" {
  description = "Key the objects are encrypted with; null for S3's own"
  type        = string
  default     = null
}
