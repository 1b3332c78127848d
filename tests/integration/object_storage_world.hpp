#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/outbound/s3_object_store.hpp"
#include "s3_server.hpp"
#include "support/run.hpp"

namespace rgw::test {

// The server's bucket and stores that write to it, from one loop.
class ObjectStorage : public testing::Test {
protected:
    ObjectStorage() { loop_.start(); }

    [[nodiscard]] outbound::S3Options options() const {
        return {.bucket = server_.bucket(),
                .endpoint = server_.endpoint(),
                .retry_delay = std::chrono::milliseconds(1),
                .aws = {.region = S3Server::region,
                        .access_key_id = S3Server::access_key_id,
                        .secret_access_key = Secret(S3Server::secret_access_key),
                        .metadata_disabled = true}};
    }
    [[nodiscard]] std::unique_ptr<outbound::S3ObjectStore> open(
        const outbound::S3Options& options) const {
        return outbound::S3ObjectStore::open(options, clock_).value();
    }

    [[nodiscard]] audit::LockedObject object(std::string key, std::string body = "body") const {
        return {.key = std::move(key),
                .body = std::move(body),
                .content_type = "application/json",
                .retain_until = clock_.now() + std::chrono::days(400)};
    }

    // "written", or the error.
    std::string put(outbound::S3ObjectStore& store, audit::LockedObject object,
                    std::chrono::milliseconds within = std::chrono::seconds(20)) {
        const auto version = run(loop_, store.put(std::move(object), deadline_in(within)));
        return version ? "written" : describe(version.error());
    }
    std::string put(outbound::S3ObjectStore& store, std::string key) {
        return put(store, object(std::move(key)));
    }
    // The body, "none", or the error.
    std::string get(outbound::S3ObjectStore& store, std::string key) {
        const auto body =
            run(loop_, store.get(std::move(key), deadline_in(std::chrono::seconds(20))));
        return body ? body->value_or("none") : describe(body.error());
    }
    Result<std::vector<std::string>> list(outbound::S3ObjectStore& store, std::string prefix,
                                          std::string after = "") {
        return run(loop_, store.list(std::move(prefix), std::move(after),
                                     deadline_in(std::chrono::seconds(20))));
    }
    std::string list_error(outbound::S3ObjectStore& store, std::string prefix = "",
                           std::string after = "") {
        const auto keys = list(store, std::move(prefix), std::move(after));
        return keys ? "none" : describe(keys.error());
    }
    // Time goes by, for the server too.
    void advance(std::chrono::seconds by) {
        clock_.advance(by);
        gone_ += by;
        server_.shift_clock(gone_);
    }

    FakeClock clock_{SystemClock().now()};
    S3Server server_;
    async::Loop loop_{"caller"};

private:
    std::chrono::seconds gone_{0};
};

}  // namespace rgw::test
