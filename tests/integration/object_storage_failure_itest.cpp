#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "object_storage_world.hpp"

namespace rgw::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string unavailable = "object_storage_unavailable: audit-anchors: ";

struct Failing {
    int status;
    std::string code;
};

TEST_F(ObjectStorage, WhatPassesIsTriedAgain) {
    const auto store = open(options());
    int n = 0;
    for (const Failing& one : std::vector<Failing>{{500, "InternalError"},
                                                   {502, "BadGateway"},
                                                   {503, "SlowDown"},
                                                   {503, "ServiceUnavailable"},
                                                   {504, "GatewayTimeout"},
                                                   {429, "TooManyRequests"},
                                                   {400, "RequestTimeout"},
                                                   {409, "ConditionalRequestConflict"},
                                                   {409, "OperationAborted"}}) {
        server_.forget_requests();
        server_.fail(3, one.status, one.code);
        EXPECT_EQ(put(*store, "k" + std::to_string(++n)), "written") << one.code;
        EXPECT_EQ(server_.requests().size(), 4U) << one.code;
    }
}

TEST_F(ObjectStorage, WhatDoesNotPassIsNot) {
    const auto store = open(options());
    for (const Failing& one : std::vector<Failing>{{400, "InvalidArgument"},
                                                   {403, "AccessDenied"},
                                                   {409, "InvalidBucketState"},
                                                   {418, "Other"},
                                                   {501, "NotImplemented"}}) {
        server_.forget_requests();
        server_.fail(1, one.status, one.code);
        EXPECT_EQ(put(*store, "a"), unavailable + one.code + ": The test asked for it.");
        EXPECT_EQ(server_.requests().size(), 1U) << one.code;
    }
    EXPECT_TRUE(server_.stored().empty());
}

TEST_F(ObjectStorage, ItGivesUpAfterFourTries) {
    const auto store = open(options());
    server_.fail(5, 503, "SlowDown");
    EXPECT_EQ(put(*store, "a"), unavailable + "SlowDown: The test asked for it.");
    EXPECT_EQ(server_.requests().size(), 4U);
    EXPECT_EQ(put(*store, "a"), "written");
}

TEST_F(ObjectStorage, AConnectionThatBreaksIsTriedAgain) {
    const auto store = open(options());
    server_.cut(2, Cut::before_storing);
    EXPECT_EQ(put(*store, "a"), "written");
    server_.cut(4, Cut::before_storing);
    EXPECT_THAT(put(*store, "b"), StartsWith(unavailable + "127.0.0.1: "));
    EXPECT_EQ(get(*store, "b"), "none");
}

// Whether it was written nobody knew; the second try finds it.
TEST_F(ObjectStorage, AnAnswerThatIsLostIsAnObjectThatExists) {
    const auto store = open(options());
    server_.cut(1, Cut::after_storing);
    EXPECT_EQ(put(*store, object("a", "ours")), "already_exists: audit-anchors: a");
    EXPECT_EQ(server_.stored().size(), 1U);
    EXPECT_EQ(get(*store, "a"), "ours");
}

TEST_F(ObjectStorage, ItEndsAtItsDeadline) {
    const auto store = open(options());
    server_.delay(1, 60s);
    EXPECT_EQ(put(*store, object("a"), 300ms), unavailable + "127.0.0.1: Timeout was reached");
    EXPECT_EQ(put(*store, object("a"), 0ms), unavailable + "127.0.0.1: no time left");
}

TEST_F(ObjectStorage, ItsEndEndsWhatIsUnderWay) {
    auto patient = options();
    patient.retry_delay = 1h;
    auto store = open(patient);
    server_.fail(1, 503, "SlowDown");
    auto pending = start(loop_, store->put(object("a"), Deadline::max()));
    EXPECT_TRUE(eventually([&] { return server_.requests().size() == 1; }));
    loop_.stop();
    loop_.join();
    store.reset();  // and not after an hour
    EXPECT_EQ(pending.wait_for(0s), std::future_status::timeout);
}

TEST_F(ObjectStorage, MoreCallsThanMayWaitAreRefusedAtOnce) {
    auto narrow = options();
    narrow.threads = 1;
    narrow.max_waiting = 1;
    const auto store = open(narrow);
    server_.delay(1, 2s);
    auto first = start(loop_, store->put(object("a"), deadline_in(20s)));
    EXPECT_EQ(put(*store, "b"), "overloaded");
    EXPECT_TRUE(first.get());
}

TEST_F(ObjectStorage, AClockThatIsWrongIsSaid) {
    const auto store = open(options());
    server_.shift_clock(17min + 30s);
    EXPECT_EQ(put(*store, "a"), unavailable +
                                    "the gateway's clock is 17 min behind S3's, which takes no "
                                    "more than 15 min");
    server_.shift_clock(-2h - 30s);
    EXPECT_THAT(put(*store, "a"), HasSubstr("the gateway's clock is 120 min ahead of S3's"));
}

TEST_F(ObjectStorage, AnotherRegionIsNamedAndNotGoneTo) {
    auto elsewhere = options();
    elsewhere.aws.region = "us-west-2";
    EXPECT_EQ(
        put(*open(elsewhere), "a"),
        unavailable + "status 400, the bucket is in the region eu-central-1 and not in us-west-2");
    const auto store = open(options());
    for (const int status : {301, 307}) {
        server_.forget_requests();
        server_.answer(
            1, status,
            {{"Location", server_.endpoint() + "/elsewhere"}, {"x-amz-bucket-region", "eu-west-3"}},
            "");
        EXPECT_EQ(put(*store, "a"), unavailable + "status " + std::to_string(status) +
                                        ", the bucket is in the region eu-west-3 and not in "
                                        "eu-central-1");
        EXPECT_EQ(server_.requests().size(), 1U);
    }
    server_.answer(1, 302, {{"Location", server_.endpoint() + "/elsewhere"}}, "");
    EXPECT_EQ(put(*store, "a"), unavailable + "status 302");
}

TEST_F(ObjectStorage, WhoMayNotIsToldWhatS3Says) {
    auto other = options();
    other.bucket = "no-such-bucket";
    EXPECT_EQ(put(*open(other), "a"),
              "object_storage_unavailable: no-such-bucket: NoSuchBucket: The specified bucket does "
              "not exist");
    EXPECT_THAT(get(*open(other), "a"), HasSubstr("NoSuchBucket"));  // and not "none"
    other = options();
    other.aws.access_key_id = "AKIDUNKNOWN";
    EXPECT_EQ(put(*open(other), "a"),
              unavailable +
                  "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist "
                  "in our records.");
    other = options();
    other.aws.secret_access_key = Secret("wrong");
    const std::string refused = put(*open(other), "a");
    EXPECT_THAT(refused, StartsWith(unavailable + "SignatureDoesNotMatch: The request signature"));
    EXPECT_THAT(refused, Not(HasSubstr(S3Server::access_key_id)));
    EXPECT_TRUE(server_.stored().empty());
}

TEST_F(ObjectStorage, AnAnswerThatRepeatsACredentialIsNotRepeated) {
    server_.add_key("ASIATEST", "temporary", "session-token-4711", 1h);
    auto temporary = options();
    temporary.aws.access_key_id = "ASIATEST";
    temporary.aws.secret_access_key = Secret("temporary");
    temporary.aws.session_token = Secret("session-token-4711");
    const auto store = open(temporary);
    for (const std::string said : {"{authorization}", "{token}", "ASIATEST"}) {
        server_.answer(1, 403, {},
                       "<Error><Code>Evil</Code><Message>" + said + "</Message></Error>");
        EXPECT_EQ(put(*store, "a"), unavailable + "status 403, and words that repeat a credential");
    }
}

TEST_F(ObjectStorage, AnAnswerIsBounded) {
    const auto store = open(options());
    const std::string mebibyte(1024UL * 1024, 'x');
    std::string most;
    for (int i = 0; i < 16; ++i) {
        most += mebibyte;
    }
    server_.answer(1, 200, {}, most);
    EXPECT_EQ(get(*store, "a"), most);
    server_.answer(1, 200, {}, most + "x");
    EXPECT_EQ(get(*store, "a"), unavailable + "127.0.0.1: the answer is larger than 16 MiB");
    server_.answer(1, 403, {}, mebibyte + "x");
    EXPECT_EQ(put(*store, "a"), unavailable + "127.0.0.1: the answer is larger than 1 MiB");
    server_.answer(1, 200, {}, most);
    EXPECT_EQ(list_error(*store), unavailable + "127.0.0.1: the answer is larger than 8 MiB");
    Headers many;
    for (int i = 0; i < 100; ++i) {
        many.emplace_back("x-field-" + std::to_string(i), std::string(1000, 'x'));
    }
    server_.answer(1, 200, many, "");
    EXPECT_EQ(put(*store, "a"),
              unavailable + "127.0.0.1: the head of the answer is larger than 64 KiB");
}

TEST_F(ObjectStorage, AnAnswerOfSomebodyElseIsAnError) {
    const auto store = open(options());
    const auto listing = [](const std::string& keys) {
        return "<ListBucketResult><EncodingType>url</EncodingType>" + keys + "</ListBucketResult>";
    };
    const auto key = [](const std::string& name) {
        return "<Contents><Key>" + name + "</Key></Contents>";
    };
    const std::string bomb = "<!DOCTYPE x [<!ENTITY a \"" + std::string(1000, 'a') +
                             "\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    struct Case {
        std::string body;
        std::string error;
    };
    for (const Case& one : std::vector<Case>{
             {"<html>Sign in</html>", "the answer is no listing"},
             {"", "the answer is no listing"},
             {bomb + listing(key("&b;")), "the answer is no listing"},
             {listing(key("p/b") + key("p/a")), "the listing has keys that were not asked for"},
             {listing(key("p/b") + key("p/b")), "the listing has keys that were not asked for"},
             {listing(key("q/b")), "the listing has keys that were not asked for"},
             {listing(key("p/0")), "the listing has keys that were not asked for"}}) {
        server_.answer(1, 200, {}, one.body);
        EXPECT_EQ(list_error(*store, "p/", "p/1"), unavailable + one.error);
    }
    server_.answer(1, 404, {}, "<html>Not here</html>");
    EXPECT_EQ(get(*store, "a"), unavailable + "status 404");
    server_.answer(1, 200,
                   {{"x-amz-checksum-sha256", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="}},
                   "changed");
    EXPECT_EQ(get(*store, "a"), unavailable + "the object is not what its checksum says");
    server_.answer(1, 204, {}, "");
    EXPECT_EQ(put(*store, "a"), unavailable + "status 204");
}

}  // namespace
}  // namespace rgw::test
