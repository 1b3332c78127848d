variable "identifier" {
  description = "Name of the instance and of what belongs to it"
  type        = string
  default     = "rack-gateway"
}

variable "vpc_id" {
  description = "The network of the database and the gateway"
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets without a way to or from the internet, in at least two availability zones"
  type        = list(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "RDS needs subnets in two availability zones."
  }
}

variable "gateway_security_group_ids" {
  description = "Security groups of what may connect: the gateway, and the host that migrates"
  type        = list(string)
}

variable "engine_version" {
  description = "PostgreSQL, 14 or newer"
  type        = string
  default     = "16"
}

variable "parameter_group_family" {
  description = "The family that belongs to engine_version"
  type        = string
  default     = "postgres16"
}

variable "instance_class" {
  description = "Size of the machine"
  type        = string
  default     = "db.t3.medium"
}

variable "multi_az" {
  description = "A standby in another availability zone"
  type        = bool
  default     = true
}

variable "allocated_storage" {
  description = "Disk in GiB to begin with"
  type        = number
  default     = 50
}

variable "max_allocated_storage" {
  description = "Disk in GiB up to which RDS grows it by itself"
  type        = number
  default     = 200
}

variable "kms_key_arn" {
  description = "Key of the disk and the snapshots; null is the account's own key for RDS"
  type        = string
  default     = null
}

variable "connections_alarm" {
  description = "Connections above which the alarm sounds; two replicas with the default pool open at most 52"
  type        = number
  default     = 40
}

variable "alarm_topic_arns" {
  description = "SNS topics that the alarms go to"
  type        = list(string)
  default     = []
}
