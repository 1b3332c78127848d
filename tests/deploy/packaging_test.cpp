// packaging/terraform and packaging/compose: what they promise, and that they hang together. No
// Terraform runs here: that AWS takes these attributes, its provider says when it is used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "deploy/packaged.hpp"
#include "process.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

json::object read_module(const std::string& name = "postgres") {
    json::object all;
    const std::string folder = "terraform/" + name + "/";
    const json::object files =
        read_packaged({folder + "main.tf", folder + "variables.tf", folder + "outputs.tf"});
    for (const auto& [file, content] : files) {
        for (const auto& [kind, blocks] : content.as_object()) {
            all[kind] = blocks;
        }
    }
    return all;
}

// The one resource of a type and name.
const json::object& resource(const json::object& module, const std::string& type,
                             const std::string& name) {
    return module.at("resource").at(type).at(name).at(0).as_object();
}

struct Attribute {
    std::string type;
    std::string name;
    std::string attribute;
    std::string value;  // as JSON
};

TEST(Terraform, HasWhatThePagePromises) {
    const json::object module = read_module();
    const Attribute attributes[] = {
        {"aws_db_instance", "gateway", "engine", R"("postgres")"},
        {"aws_db_instance", "gateway", "storage_type", R"("gp3")"},
        {"aws_db_instance", "gateway", "storage_encrypted", "true"},
        {"aws_db_instance", "gateway", "kms_key_id", R"("${var.kms_key_arn}")"},
        {"aws_db_instance", "gateway", "db_name", R"("rack_gateway")"},
        {"aws_db_instance", "gateway", "username", R"("rack_gateway_admin")"},
        {"aws_db_instance", "gateway", "manage_master_user_password", "true"},
        {"aws_db_instance", "gateway", "publicly_accessible", "false"},
        {"aws_db_instance", "gateway", "backup_retention_period", "30"},
        {"aws_db_instance", "gateway", "backup_window", R"("03:00-04:00")"},
        {"aws_db_instance", "gateway", "maintenance_window", R"("sun:04:00-sun:05:00")"},
        {"aws_db_instance", "gateway", "delete_automated_backups", "false"},
        {"aws_db_instance", "gateway", "deletion_protection", "true"},
        {"aws_db_instance", "gateway", "skip_final_snapshot", "false"},
        {"aws_db_instance", "gateway", "final_snapshot_identifier", R"("${var.identifier}-final")"},
        {"aws_db_instance", "gateway", "performance_insights_enabled", "true"},
        {"aws_db_instance", "gateway", "parameter_group_name",
         R"("${aws_db_parameter_group.gateway.name}")"},
        {"aws_db_instance", "gateway", "db_subnet_group_name",
         R"("${aws_db_subnet_group.private.name}")"},
        {"aws_db_instance", "gateway", "vpc_security_group_ids",
         R"(["${aws_security_group.rds.id}"])"},
        {"aws_db_subnet_group", "private", "subnet_ids", R"("${var.private_subnet_ids}")"},
        {"aws_cloudwatch_metric_alarm", "db_connections", "metric_name",
         R"("DatabaseConnections")"},
        {"aws_cloudwatch_metric_alarm", "db_connections", "comparison_operator",
         R"("GreaterThanThreshold")"},
        {"aws_cloudwatch_metric_alarm", "db_connections", "namespace", R"("AWS/RDS")"},
        {"aws_cloudwatch_metric_alarm", "db_connections", "statistic", R"("Average")"},
        {"aws_cloudwatch_metric_alarm", "db_connections", "period", "300"},
        {"aws_cloudwatch_metric_alarm", "db_connections", "evaluation_periods", "2"},
        {"aws_cloudwatch_metric_alarm", "db_storage", "metric_name", R"("FreeStorageSpace")"},
    };
    for (const Attribute& a : attributes) {
        const json::object& block = resource(module, a.type, a.name);
        const json::value* value = block.if_contains(a.attribute);
        EXPECT_TRUE(value != nullptr && json::serialize(*value) == a.value)
            << a.type << "." << a.name << "." << a.attribute;
    }
    EXPECT_EQ(module.at("variable").at("connections_alarm").at(0).at("default"), 40);
    EXPECT_EQ(module.at("variable").at("instance_class").at(0).at("default"), "db.t3.medium");
    EXPECT_EQ(module.at("variable").at("allocated_storage").at(0).at("default"), 50);
    EXPECT_EQ(module.at("variable").at("max_allocated_storage").at(0).at("default"), 200);
}

TEST(Terraform, TheParameterGroupRefusesPlaintextAndLogsNoValues) {
    const json::object module = read_module();
    std::map<std::string, std::string> parameters;
    for (const json::value& parameter :
         resource(module, "aws_db_parameter_group", "gateway").at("parameter").as_array()) {
        parameters[json::value_to<std::string>(parameter.at("name"))] =
            json::value_to<std::string>(parameter.at("value"));
    }
    EXPECT_EQ(parameters["rds.force_ssl"], "1");
    EXPECT_EQ(parameters["log_min_duration_statement"], "1000");
    EXPECT_EQ(parameters["log_parameter_max_length"], "0");
    EXPECT_EQ(parameters["shared_preload_libraries"], "pg_stat_statements");
}

TEST(Terraform, OnlyTheGatewaysGroupsGetIn) {
    const json::object module = read_module();
    const json::object& group = resource(module, "aws_security_group", "rds");
    ASSERT_EQ(group.at("ingress").as_array().size(), 1U);
    const json::object& ingress = group.at("ingress").at(0).as_object();
    EXPECT_EQ(ingress.at("from_port"), 5432);
    EXPECT_EQ(ingress.at("to_port"), 5432);
    EXPECT_EQ(ingress.at("protocol"), "tcp");
    EXPECT_EQ(ingress.at("security_groups"), "${var.gateway_security_group_ids}");
    for (const char* open : {"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"}) {
        EXPECT_FALSE(ingress.contains(open)) << open;
    }
    EXPECT_FALSE(group.contains("egress")) << "a database calls nobody";
}

// Variables and resources that an expression names are there, and every variable is used.
void expect_references_lead_somewhere(const std::string& name_of_module) {
    const json::object module = read_module(name_of_module);
    const std::string text = json::serialize(module);
    static const std::regex name("\\b(var|aws_\\w+)\\.(\\w+)");
    std::set<std::string> used;
    int references = 0;
    for (std::sregex_iterator ref(text.begin(), text.end(), name), end; ref != end; ++ref) {
        const std::string type = (*ref)[1];
        const std::string what = (*ref)[2];
        ++references;
        if (type == "var") {
            EXPECT_TRUE(module.at("variable").as_object().contains(what)) << what;
            used.insert(what);
        } else {
            const json::object& resources = module.at("resource").as_object();
            EXPECT_TRUE(resources.contains(type) && resources.at(type).as_object().contains(what))
                << type << "." << what;
        }
    }
    EXPECT_GT(references, 10);
    for (const auto& [variable, declared] : module.at("variable").as_object()) {
        EXPECT_TRUE(used.contains(std::string(variable))) << "unused: " << variable;
        EXPECT_TRUE(declared.at(0).as_object().contains("description")) << variable;
        EXPECT_TRUE(declared.at(0).as_object().contains("type")) << variable;
    }
}

TEST(Terraform, EveryReferenceLeadsSomewhere) {
    for (const char* module : {"postgres", "anchors"}) {
        SCOPED_TRACE(module);
        expect_references_lead_somewhere(module);
    }
}

// What the policies mean is tried where somebody judges them: AnchorPolicyAttack.
TEST(Terraform, TheBucketOfAnchorsIsLocked) {
    const json::object module = read_module("anchors");
    EXPECT_EQ(resource(module, "aws_s3_bucket", "anchors").at("object_lock_enabled"), true);
    const json::value& retention =
        resource(module, "aws_s3_bucket_object_lock_configuration", "anchors")
            .at("rule")
            .at(0)
            .at("default_retention")
            .at(0);
    EXPECT_EQ(retention.at("mode"), "COMPLIANCE");
    EXPECT_EQ(retention.at("days"), "${var.retention_days}");
    EXPECT_EQ(resource(module, "aws_s3_bucket_versioning", "anchors")
                  .at("versioning_configuration")
                  .at(0)
                  .at("status"),
              "Enabled");
    for (const char* each : {"block_public_acls", "block_public_policy", "ignore_public_acls",
                             "restrict_public_buckets"}) {
        EXPECT_EQ(resource(module, "aws_s3_bucket_public_access_block", "anchors").at(each), true);
    }
    EXPECT_EQ(module.at("variable").at("retention_days").at(0).at("default"), 400);
}

TEST(Terraform, NoPasswordIsInTheModule) {
    const std::string text = json::serialize(read_module());
    EXPECT_FALSE(std::regex_search(text, std::regex("\"(master_)?password\"")));
}

TEST(Terraform, WhatDoesNotParseIsSaid) {
    EXPECT_THROW((void)read_packaged({"terraform/postgres/none.tf"}), std::runtime_error);
}

// The login the page names for local development is the one the image makes.
TEST(Compose, ItsEnvironmentGivesTheUrlOfThePage) {
    const json::object files = read_packaged({"compose/docker-compose.yml"});
    const json::object& file = files.begin()->value().as_object();
    const json::object& postgres = file.at("services").at("postgres").as_object();
    EXPECT_EQ(postgres.at("image"), "postgres:16");
    const auto of = [&](const char* name) {
        return json::value_to<std::string>(postgres.at("environment").at(name));
    };
    const std::string port = json::value_to<std::string>(postgres.at("ports").at(0));
    EXPECT_EQ(port, "127.0.0.1:5432:5432") << "development's password is not for the network";
    const std::string url = "postgres://" + of("POSTGRES_USER") + ":" + of("POSTGRES_PASSWORD") +
                            "@localhost:5432/" + of("POSTGRES_DB");
    EXPECT_THAT(read_file(RGW_PROJECT_DIR "/docs/database-setup.md"),
                HasSubstr("export DATABASE_URL=" + url + "\n"));
    const std::string volume = json::value_to<std::string>(postgres.at("volumes").at(0));
    EXPECT_TRUE(file.at("volumes").as_object().contains(volume.substr(0, volume.find(':'))));
    EXPECT_THAT(volume, HasSubstr(":/var/lib/postgresql/data"));
    // Over TCP: while the image makes the database, a server answers on the socket alone.
    EXPECT_THAT(json::serialize(postgres.at("healthcheck").at("test")),
                HasSubstr(R"("pg_isready","--host=127.0.0.1")"));
}

}  // namespace
}  // namespace rgw::test
