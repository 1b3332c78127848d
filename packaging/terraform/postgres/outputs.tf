output "address" {
  description = "Host name of the database"
  value       = aws_db_instance.gateway.address
}

output "port" {
  description = "Port of the database"
  value       = aws_db_instance.gateway.port
}

output "admin_secret_arn" {
  description = "The secret of Secrets Manager with the password of rack_gateway_admin"
  value       = aws_db_instance.gateway.master_user_secret[0].secret_arn
}

output "database_url" {
  description = "DATABASE_URL of the login that serves, without its password"
  value       = "postgres://rack_gateway_app@${aws_db_instance.gateway.address}:${aws_db_instance.gateway.port}/${aws_db_instance.gateway.db_name}?sslmode=verify-full"
}
