output "bucket" {
  description = "AUDIT_ANCHOR_BUCKET"
  value       = aws_s3_bucket.anchors.id
}

output "gateway_policy_arn" {
  description = "To attach to the role the gateway runs as"
  value       = aws_iam_policy.gateway.arn
}
