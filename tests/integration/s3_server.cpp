#include "s3_server.hpp"

#include <stdlib.h>

#include <boost/json.hpp>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "rgw/crypto/encoding.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;

const std::string node_program = "/usr/bin/env";

std::string make_directory() {
    std::string path = std::filesystem::temp_directory_path() / "rgw-s3-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    return path;
}

std::string text(const json::value& value) {
    return std::string(value.as_string());
}

json::object object_of(const Headers& headers) {
    json::object object;
    for (const auto& [name, value] : headers) {
        object[name] = value;
    }
    return object;
}

StoredVersion version_of(const json::object& entry) {
    StoredVersion version{.key = text(entry.at("key")),
                          .version = text(entry.at("version")),
                          .body = crypto::parse_base64(text(entry.at("body"))).value(),
                          .deleted = entry.at("deleted").as_bool()};
    for (const auto& field : entry.at("headers").as_object()) {
        version.headers.emplace_back(field.key(), text(field.value()));
    }
    return version;
}

}  // namespace

S3Server::S3Server() : S3Server(Options()) {}

S3Server::S3Server(const Options& options)
    : directory_(make_directory()), bucket_(options.bucket), tls_(!options.certificate.empty()) {
    const std::string port_file = directory_ + "/ports";
    std::vector<std::string> command = {node_program, "node", RGW_S3_SERVER, port_file,
                                        bucket_,      region, access_key_id, secret_access_key};
    if (tls_) {
        command.insert(command.end(), {options.certificate, options.key});
    }
    process_ = std::make_unique<Process>(std::move(command), Environment{}, directory_ + "/out",
                                         directory_ + "/err");
    if (!eventually([&] { return std::filesystem::exists(port_file) || !process_->running(); }) ||
        !process_->running()) {
        throw std::runtime_error("the S3 server did not start: " + read_file(directory_ + "/err"));
    }
    std::istringstream ports(read_file(port_file));
    ports >> port_ >> control_port_;
}

S3Server::~S3Server() {
    process_.reset();
    std::filesystem::remove_all(directory_);
}

std::string S3Server::endpoint() const {
    return std::string(tls_ ? "https" : "http") + "://127.0.0.1:" + std::to_string(port_);
}

std::string S3Server::credentials_endpoint() const {
    return "http://127.0.0.1:" + std::to_string(control_port_);
}

Environment S3Server::environment() const {
    return {{"AWS_ENDPOINT_URL_S3", endpoint()},
            {"AWS_REGION", region},
            {"AWS_ACCESS_KEY_ID", access_key_id},
            {"AWS_SECRET_ACCESS_KEY", secret_access_key}};
}

std::vector<StoredVersion> S3Server::stored() const {
    const json::value versions = json::parse(ask("stored", "").body);
    std::vector<StoredVersion> stored;
    for (const json::value& entry : versions.as_array()) {
        stored.push_back(version_of(entry.as_object()));
    }
    return stored;
}

std::vector<std::string> S3Server::requests() const {
    const json::value lines = json::parse(ask("requests", "").body);
    std::vector<std::string> requests;
    for (const json::value& line : lines.as_array()) {
        requests.push_back(text(line));
    }
    return requests;
}

void S3Server::forget_requests() const {
    control("forget", "");
}

void S3Server::fail(int count, int status, const std::string& code) const {
    control("fault", json::serialize(json::object{
                         {"kind", "fail"}, {"count", count}, {"status", status}, {"code", code}}));
}

void S3Server::cut(int count, Cut where) const {
    const char* place = where == Cut::after_storing ? "after_storing" : "before_storing";
    control("fault",
            json::serialize(json::object{{"kind", "cut"}, {"count", count}, {"where", place}}));
}

void S3Server::delay(int count, std::chrono::milliseconds by) const {
    control("fault", json::serialize(json::object{
                         {"kind", "delay"}, {"count", count}, {"milliseconds", by.count()}}));
}

void S3Server::answer(int count, int status, const Headers& headers,
                      const std::string& body) const {
    control("fault", json::serialize(json::object{{"kind", "answer"},
                                                  {"count", count},
                                                  {"status", status},
                                                  {"headers", object_of(headers)},
                                                  {"body", body}}));
}

void S3Server::shift_clock(std::chrono::seconds by) const {
    control("clock", json::serialize(json::object{{"seconds", by.count()}}));
}

int S3Server::overwrite(const std::string& key, const std::string& body) const {
    return ask("overwrite",
               json::serialize(json::object{{"key", key}, {"body", crypto::base64(body)}}))
        .status;
}

int S3Server::remove(const std::string& key) const {
    return ask("remove", json::serialize(json::object{{"key", key}})).status;
}

int S3Server::remove_version(const std::string& key, const std::string& version) const {
    return ask("remove-version", json::serialize(json::object{{"key", key}, {"version", version}}))
        .status;
}

int S3Server::retain(const std::string& key, const std::string& version, const std::string& mode,
                     const std::string& until) const {
    return ask("retain", json::serialize(json::object{
                             {"key", key}, {"version", version}, {"mode", mode}, {"until", until}}))
        .status;
}

void S3Server::set_policy(const std::string& policy) const {
    control("policy", json::serialize(json::object{{"bucket", policy}}));
}

void S3Server::set_identity_policy(const std::string& policy) const {
    control("policy", json::serialize(json::object{{"identity", policy}}));
}

void S3Server::add_key(const std::string& id, const std::string& secret, const std::string& token,
                       std::chrono::seconds lifetime) const {
    control("key",
            json::serialize(json::object{
                {"id", id}, {"secret", secret}, {"token", token}, {"seconds", lifetime.count()}}));
}

void S3Server::set_lifetime(std::chrono::seconds lifetime) const {
    control("lifetime", json::serialize(json::object{{"seconds", lifetime.count()}}));
}

void S3Server::expire_credentials() const {
    control("expire", "");
}

Response S3Server::ask(const std::string& command, const std::string& body) const {
    return send_request(control_port_,
                        {.method = "POST", .target = "/__s3/" + command, .body = body});
}

void S3Server::control(const std::string& command, const std::string& body) const {
    const Response response = ask(command, body);
    if (response.status != 200) {
        throw std::runtime_error("the S3 server refuses " + command + ": " + response.body);
    }
}

}  // namespace rgw::test
