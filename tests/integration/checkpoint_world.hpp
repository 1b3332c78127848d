#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/proof.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "world.hpp"

namespace rgw::test {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

// A gateway whose log is signed, and an auditor's token.
class SignedLog : public testing::Test {
protected:
    SignedLog() { world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false"; }

    void start() {
        world_.start_gateway();
        if (auditor_.empty()) {
            auditor_ = world_.token("auditor");
            viewer_ = world_.token("viewer");
        }
    }
    void stop() {
        world_.kill_gateway(SIGTERM);
        EXPECT_EQ(world_.wait_gateway(), 0) << world_.gateway_log();
    }
    void make_events(int count) {
        for (int i = 0; i < count; ++i) {
            ASSERT_EQ(world_.call(viewer_, "GET", "/apps").status, 200);
        }
    }
    [[nodiscard]] std::int64_t events() const {
        return std::stoll(world_.sql("select next_index from audit.head"));
    }
    [[nodiscard]] std::int64_t newest_size() const {
        return std::stoll(world_.sql("select coalesce(max(tree_size), 0) from audit.checkpoint"));
    }
    // Everything up to now is in a checkpoint.
    void await_checkpoint() {
        const std::int64_t wanted = events();
        ASSERT_TRUE(eventually([&] { return newest_size() >= wanted; })) << world_.gateway_log();
    }

    [[nodiscard]] Response get(const std::string& path) const {
        return world_.api(auditor_, "GET", path);
    }
    [[nodiscard]] json::object got(const std::string& path) const {
        const Response answer = get(path);
        EXPECT_EQ(answer.status, 200) << path << ": " << answer.body;
        return answer.status == 200 ? json::parse(answer.body).as_object() : json::object();
    }
    // As anybody would check it who was given the keys.
    [[nodiscard]] std::vector<audit::NoteVerifier> keys() const {
        std::vector<audit::NoteVerifier> keys;
        const json::object used = got("/audit-logs/checkpoint/keys");
        for (const json::value& key : used.at("keys").as_array()) {
            keys.push_back(audit::NoteVerifier::parse(key.at("verifier").as_string()).value());
        }
        return keys;
    }
    [[nodiscard]] audit::Checkpoint opened(const json::value& note) const {
        return audit::open_checkpoint(note.as_string(), keys()).value();
    }
    [[nodiscard]] static audit::Hash hash_of(const json::value& base64) {
        const std::string bytes = crypto::parse_base64(base64.as_string()).value();
        audit::Hash hash{};
        std::ranges::copy(crypto::bytes_of(bytes), hash.begin());
        return hash;
    }
    [[nodiscard]] static std::vector<audit::Hash> hashes_of(const json::value& list) {
        std::vector<audit::Hash> hashes;
        for (const json::value& each : list.as_array()) {
            hashes.push_back(hash_of(each));
        }
        return hashes;
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return world_.directory() + "/" + name;
    }

    World world_;
    std::string auditor_;
    std::string viewer_;
};

}  // namespace rgw::test
