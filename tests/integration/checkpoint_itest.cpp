// Signed checkpoints of real programs, and the proofs to them.
#include "checkpoint_world.hpp"

namespace rgw::test {
namespace {

// The leaves once more, as docs/audit-format.md says them, from what an export shows.
std::string field(const json::value* value) {
    if (value == nullptr) {
        return std::string(1, '\0');
    }
    std::string bytes;
    if (value->is_int64()) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(value->as_int64() >> shift);
        }
    } else {
        bytes = value->as_string();
    }
    std::string out(1, '\1');
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += static_cast<char>(bytes.size() >> static_cast<unsigned>(shift));
    }
    return out + bytes;
}

audit::Hash leaf(const json::object& line) {
    const Timestamp at = parse_rfc3339(line.at("timestamp").as_string()).value();
    const json::value micros(static_cast<std::int64_t>(at.time_since_epoch().count()));
    std::string bytes(1, '\0');
    bytes += field(line.if_contains("format")) + field(line.if_contains("key_id")) + field(&micros);
    for (const char* name : {"phase",
                             "intent_index",
                             "user_email",
                             "user_name",
                             "api_token_id",
                             "api_token_name",
                             "action_type",
                             "action",
                             "command",
                             "resource",
                             "resource_type",
                             "details",
                             "request_id",
                             "ip_address",
                             "user_agent",
                             "status",
                             "rbac_decision",
                             "http_status",
                             "response_time_ms",
                             "event_count",
                             "deploy_approval_request_id"}) {
        bytes += field(line.if_contains(name));
    }
    return crypto::sha256(bytes);
}

audit::Hash root_of(std::span<const audit::Hash> leaves) {
    if (leaves.size() == 1) {
        return leaves.front();
    }
    const std::size_t split = std::bit_floor(leaves.size() - 1);
    const audit::Hash left = root_of(leaves.first(split));
    const audit::Hash right = root_of(leaves.subspan(split));
    return crypto::sha256('\1' + std::string(crypto::text_of(left)) +
                          std::string(crypto::text_of(right)));
}

std::string proof_of(const std::string& index, const std::string& tree_size) {
    return "/audit-logs/" + index + ("/proof?tree_size=" + tree_size);
}

std::string consistency(const std::string& from, const std::string& to) {
    return "/audit-logs/consistency?from=" + from + ("&to=" + to);
}

TEST_F(SignedLog, EventsAreSignedAndEachCanBeProven) {
    start();
    make_events(20);
    await_checkpoint();
    const std::int64_t first = newest_size();
    make_events(280);
    await_checkpoint();

    const Response note = get("/audit-logs/checkpoint");
    EXPECT_EQ(note.status, 200);
    EXPECT_EQ(note.header("Content-Type"), "text/plain; charset=utf-8");
    const audit::Checkpoint newest = audit::open_checkpoint(note.body, keys()).value();
    const std::int64_t size = newest.tree_size;
    EXPECT_GE(size, 300);
    EXPECT_EQ(newest.origin, "localhost/audit");
    EXPECT_EQ(note.body + "|", world_.sql("select note from audit.checkpoint where tree_size = " +
                                          std::to_string(size)) +
                                   "|");

    std::vector<audit::Hash> leaves(static_cast<std::size_t>(size));
    std::istringstream lines(get("/audit-logs/export?format=ndjson&range=all").body);
    for (std::string line; std::getline(lines, line);) {
        const json::object event = json::parse(line).as_object();
        const std::int64_t index = event.at("chain_index").as_int64();
        if (index < size) {
            leaves[static_cast<std::size_t>(index)] = leaf(event);
        }
    }
    EXPECT_EQ(root_of(leaves), newest.root);

    for (const std::int64_t index :
         {std::int64_t{0}, std::int64_t{17}, std::int64_t{255}, std::int64_t{256}, size - 1}) {
        const json::object proof = got("/audit-logs/" + std::to_string(index) +
                                       "/proof?tree_size=" + std::to_string(size));
        EXPECT_EQ(proof.at("chain_index").as_int64(), index);
        EXPECT_EQ(proof.at("checkpoint").as_string(), note.body);
        EXPECT_EQ(hash_of(proof.at("leaf")), leaves[static_cast<std::size_t>(index)]);
        EXPECT_TRUE(audit::proves_inclusion(index, size, hash_of(proof.at("leaf")),
                                            hashes_of(proof.at("proof")), newest.root));
    }
    const json::object older = got("/audit-logs/3/proof?tree_size=" + std::to_string(first));
    EXPECT_TRUE(audit::proves_inclusion(3, first, leaves[3], hashes_of(older.at("proof")),
                                        opened(older.at("checkpoint")).root));
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(SignedLog, WhatCannotBeProvenIsSaidAndOnlyReadersOfTheLogMayAsk) {
    start();
    make_events(3);
    await_checkpoint();
    const std::string size = std::to_string(newest_size());
    const std::string more = std::to_string(newest_size() + 1);
    struct Case {
        std::string path;
        int status;
        std::string said;
    };
    for (const Case& c :
         {Case{proof_of(size, size), 404, "does not cover that event"},
          {"/audit-logs/999999/proof", 404, "does not cover that event"},
          {"/audit-logs/0/proof?tree_size=" + more, 404, "there is no checkpoint of"},
          {"/audit-logs/0/proof?tree_size=x", 400, "invalid tree_size"},
          {"/audit-logs/0/proof?tree_size=", 400, "invalid tree_size"},
          {"/audit-logs/0/proof?tree_size=-1", 400, "invalid tree_size"},
          {"/audit-logs/0/proof?tree_size=01", 400, "invalid tree_size"},
          {"/audit-logs/-1/proof", 404, "audit event not found"},
          {"/audit-logs/x/proof", 404, "audit event not found"},
          {"/audit-logs/99999999999999999999/proof", 404, "audit event not found"},
          {"/audit-logs/consistency", 400, "sizes of checkpoints"},
          {"/audit-logs/consistency?from=0&to=" + size, 400, "sizes of checkpoints"},
          {"/audit-logs/consistency?from=2&to=1", 400, "sizes of checkpoints"},
          {consistency(size, more), 404, "there is no checkpoint of " + more},
          {consistency(size, size), 200, ""},
          {"/audit-logs/0/proof", 200, ""}}) {
        const Response answer = get(c.path);
        EXPECT_EQ(answer.status, c.status) << c.path;
        EXPECT_THAT(answer.body, HasSubstr(c.said)) << c.path;
        EXPECT_EQ(world_.api(viewer_, "GET", c.path).status, 403) << c.path;
    }
    for (const char* path : {"/audit-logs/checkpoint", "/audit-logs/checkpoint/keys"}) {
        EXPECT_EQ(world_.api(viewer_, "GET", path).status, 403) << path;
    }
}

TEST_F(SignedLog, OneLogGoesOnOverRestartsAndOnTwoGateways) {
    start();
    make_events(30);
    stop();
    EXPECT_EQ(newest_size(), events()) << "a gateway that stops signs what there is";
    start();
    const std::uint16_t replica = world_.start_replica();
    for (int round = 0; round < 3; ++round) {
        make_events(20);
        for (int i = 0; i < 20; ++i) {
            EXPECT_EQ(send_request(replica, {.target = "/api/v1/rack-proxy/apps",
                                             .headers = {{"Authorization", basic(viewer_)}}})
                          .status,
                      200);
        }
        await_checkpoint();
    }
    const std::string all = world_.sql("select tree_size from audit.checkpoint order by 1");
    std::istringstream sizes(all);
    std::vector<std::string> seen;
    for (std::string size; std::getline(sizes, size);) {
        seen.push_back(size);
    }
    ASSERT_GE(seen.size(), 3U);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        for (std::size_t j = i; j < seen.size(); ++j) {
            const json::object proof = got(consistency(seen[i], seen[j]));
            const audit::Checkpoint from = opened(proof.at("from_checkpoint"));
            const audit::Checkpoint to = opened(proof.at("to_checkpoint"));
            EXPECT_TRUE(audit::proves_consistency(from.tree_size, to.tree_size, from.root, to.root,
                                                  hashes_of(proof.at("proof"))))
                << seen[i] << " to " << seen[j];
        }
    }
    EXPECT_THAT(world_.gateway_log(), Not(HasSubstr("CRITICAL")));
    EXPECT_THAT(send_request(world_.metrics_port(), {.target = "/metrics"}).body,
                testing::AllOf(HasSubstr("rack_gateway_audit_checkpoint_age_seconds "),
                               HasSubstr("rack_gateway_audit_checkpoint_failures_total 0"),
                               HasSubstr("rack_gateway_audit_contradicted 0")));
}

TEST_F(SignedLog, AKeyIsReplacedWithBothSigningMeanwhile) {
    start();
    make_events(3);
    await_checkpoint();
    stop();
    world_.environment["AUDIT_SIGNING_KEY"] = crypto::base64(std::string(32, 'k'));
    world_.environment["AUDIT_SIGNING_KEY_PREVIOUS"] = "derived";
    start();
    make_events(3);
    await_checkpoint();
    const json::array used = got("/audit-logs/checkpoint/keys").at("keys").as_array();
    ASSERT_EQ(used.size(), 2U);
    std::string listed;
    for (const json::value& key : used) {
        const audit::NoteVerifier one[] = {
            audit::NoteVerifier::parse(key.at("verifier").as_string()).value()};
        EXPECT_TRUE(audit::open_checkpoint(get("/audit-logs/checkpoint").body, one));
        if (key.at("current").as_bool()) {
            listed.insert(0, std::string(key.at("verifier").as_string()) + "\n");
        } else {
            listed += std::string(key.at("verifier").as_string()) + "\n";
        }
    }
    EXPECT_NE(used[0].at("current"), used[1].at("current"));
    EXPECT_EQ(world_.run_gateway({"audit", "keys"}).out, listed) << "the current one first";
    stop();
    world_.environment.erase("AUDIT_SIGNING_KEY_PREVIOUS");
    start();
    make_events(3);
    await_checkpoint();
    EXPECT_THAT(world_.sql("select string_agg(n::text, ' ') from (select cardinality("
                           "string_to_array(note, U&'\\2014 ')) - 1 as n from audit.checkpoint"
                           " order by tree_size) as signatures"),
                testing::MatchesRegex("1( 1)*( 2)+( 1)+"))
        << "one, both while both were set, one";
    EXPECT_EQ(world_.verify().status, 0);
    EXPECT_THAT(world_.gateway_log(), Not(HasSubstr("CRITICAL")));
}

TEST_F(SignedLog, AKeyOrANameThatIsNoneStopsTheStartAndIsNotShown) {
    world_.environment["AUDIT_SIGNING_KEY"] = "c2hvcnQtc2VjcmV0";
    Ran refused = world_.run_gateway({});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("AUDIT_SIGNING_KEY: must be base64 of 32"),
                                            Not(HasSubstr("c2hvcnQtc2VjcmV0"))));
    // 44 characters, but with bits that no encoder sets.
    world_.environment["AUDIT_SIGNING_KEY"] = std::string(42, 'A') + "B=";
    refused = world_.run_gateway({});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("AUDIT_SIGNING_KEY: must be base64 of 32"));
    world_.environment.erase("AUDIT_SIGNING_KEY");
    world_.environment["AUDIT_LOG_ORIGIN"] = "two words";
    refused = world_.run_gateway({});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("AUDIT_LOG_ORIGIN: "));
}

TEST_F(SignedLog, AnOlderCopyOfTheLogPutBackIsNoticedAndNothingStopsForIt) {
    start();
    make_events(10);
    await_checkpoint();
    world_.execute("create table public.old_head as select * from audit.head");
    make_events(10);
    await_checkpoint();
    const std::int64_t signed_size = newest_size();
    world_.execute(
        "begin; alter table audit.audit_event disable trigger all;"
        "alter table audit.head disable trigger all;"
        "delete from audit.audit_event where chain_index >= (select next_index from "
        "public.old_head);"
        "update audit.head set (next_index, last_hash, tree) ="
        " (select o.next_index, o.last_hash, o.tree from public.old_head o); commit");
    EXPECT_TRUE(eventually([&] {
        return world_.gateway_log().find(
                   "CRITICAL: the audit log is not the one that was signed") != std::string::npos;
    }));
    EXPECT_THAT(send_request(world_.metrics_port(), {.target = "/metrics"}).body,
                HasSubstr("rack_gateway_audit_contradicted 1"));
    make_events(30);
    EXPECT_EQ(get("/audit-logs/0/proof").status, 500) << "there is no proof to be had";
    stop();
    EXPECT_EQ(newest_size(), signed_size);
    start();
    EXPECT_TRUE(
        eventually([&] { return world_.gateway_log().find("CRITICAL") != std::string::npos; }));
    EXPECT_EQ(newest_size(), signed_size) << "the restarted one sees it by the stored checkpoint";
    const Ran verified = world_.verify();
    EXPECT_EQ(verified.status, 2);
    EXPECT_THAT(verified.out, HasSubstr("NOT WHOLE: contradicted: the checkpoint of " +
                                        std::to_string(signed_size)));
}

}  // namespace
}  // namespace rgw::test
