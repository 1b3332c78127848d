#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http_client.hpp"
#include "process.hpp"

namespace rgw::test {

// One version of one object, as the server keeps it.
struct StoredVersion {
    std::string key;
    std::string version;
    std::string body;
    Headers headers;       // of the request that wrote it, names in lower case
    bool deleted = false;  // a delete marker, which has no body
};

// Where a connection is cut.
enum class Cut : std::uint8_t { before_storing, after_storing };

// The strict S3 of tests/s3/server.mjs on loopback, with one bucket that has versions and Object
// Lock. It judges signatures with AWS's own signer. It answers for STS, the container's and the
// instance's credentials as well. Stops when it is destroyed.
class S3Server {
public:
    struct Options {
        std::string bucket = "audit-anchors";
        std::string certificate;  // PEM files; "" speaks plain HTTP
        std::string key;
    };
    S3Server();
    explicit S3Server(const Options& options);
    ~S3Server();
    S3Server(const S3Server&) = delete;
    S3Server& operator=(const S3Server&) = delete;

    [[nodiscard]] const std::string& bucket() const { return bucket_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string endpoint() const;  // path style
    // AWS_… of a gateway that reaches it: endpoint, region and keys.
    [[nodiscard]] Environment environment() const;

    // STS, the container's endpoint (/container) and instance metadata, in plain HTTP.
    [[nodiscard]] std::string credentials_endpoint() const;

    static constexpr const char* region = "eu-central-1";
    static constexpr const char* access_key_id = "AKIDINTEGRATION";
    static constexpr const char* secret_access_key = "integration/secret+0123456789abcdefghijk";
    static constexpr const char* role_arn = "arn:aws:iam::123456789012:role/rack-gateway";
    static constexpr const char* web_identity_token = "web-identity-token";  // that STS takes
    static constexpr const char* container_token = "container-token";

    // Every version, oldest first.
    [[nodiscard]] std::vector<StoredVersion> stored() const;
    // "PUT /audit-anchors/key 200" or "… cut", and "GET /container" for credentials, oldest first.
    [[nodiscard]] std::vector<std::string> requests() const;
    void forget_requests() const;

    // The next `count` requests to the bucket are answered with an error, or without one cut.
    void fail(int count, int status, const std::string& code) const;
    void cut(int count, Cut where) const;
    void delay(int count, std::chrono::milliseconds by) const;
    // What the next `count` requests to the bucket are answered with, whatever they ask. In the
    // body {authorization} and {token} stand for what the request had.
    void answer(int count, int status, const Headers& headers, const std::string& body) const;
    // The server's clock against the real one.
    void shift_clock(std::chrono::seconds by) const;

    // Somebody with every right in the account, so without keys and policy: a new version, or a
    // delete marker. What Object Lock forbids is refused to them as well: the status of the answer.
    [[nodiscard]] int overwrite(const std::string& key, const std::string& body) const;
    [[nodiscard]] int remove(const std::string& key) const;
    [[nodiscard]] int remove_version(const std::string& key, const std::string& version) const;

    // Whether a version's retention may become that; until is "2027-01-31T00:00:00Z".
    [[nodiscard]] int retain(const std::string& key, const std::string& version,
                             const std::string& mode, const std::string& until) const;

    // An IAM bucket policy in JSON, asked on every request from now on; "" for none. Throws for one
    // that the server cannot evaluate.
    void set_policy(const std::string& json) const;
    // The caller's own: with one, only what a policy allows. "" allows everything.
    void set_identity_policy(const std::string& json) const;
    // Who may sign from now on, besides the keys above: with `token` these are temporary.
    void add_key(const std::string& id, const std::string& secret, const std::string& token,
                 std::chrono::seconds lifetime) const;
    // How long the credentials last that STS, container and instance give out from now on.
    void set_lifetime(std::chrono::seconds lifetime) const;
    // All temporary credentials so far have expired, whatever they say.
    void expire_credentials() const;

private:
    [[nodiscard]] Response ask(const std::string& command, const std::string& body) const;
    void control(const std::string& command, const std::string& body) const;

    std::string directory_;
    std::string bucket_;
    std::unique_ptr<Process> process_;
    std::uint16_t port_ = 0;
    std::uint16_t control_port_ = 0;  // plain HTTP always
    bool tls_ = false;
};

}  // namespace rgw::test
