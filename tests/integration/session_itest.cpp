// WebSocket sessions through the gateway (spec proxy-rbac §1.9, §6.5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* marker = "F1E49A85-0AD7-4AEF-A618-C249C6E6568D:";

// What the SDK sends (spec §6.2, §6.5).
Headers sdk(const std::string& token, const Headers& options = {}) {
    Headers headers = {{"Authorization", basic(token)},
                       {"User-Agent", "convox.go/3.24.0"},
                       {"Origin", "http://gateway.test"}};
    headers.insert(headers.end(), options.begin(), options.end());
    return headers;
}

std::string below(const std::string& path) {
    return "/api/v1/rack-proxy" + path;
}

const std::string exec_path = below("/apps/shop/processes/web-1/exec?");

class Session : public testing::Test {
protected:
    Session() { world_.start_gateway(); }

    // Sets up the newest event that has this action and phase: its status and details.
    std::string event(const std::string& action, const std::string& phase) {
        return world_.sql(
            "select status, http_status, command, resource, details from calls where "
            "action = '" +
            action + "' and phase = '" + phase + "' order by chain_index desc limit 1");
    }
    bool outcome_comes(const std::string& action) {
        return eventually([&] { return !event(action, "outcome").empty(); });
    }
    std::string rack_sockets() {
        return send_request(world_.rack_port(), {.target = "/__sim/sockets"}).body;
    }

    World world_;
};

TEST_F(Session, ExecRunsACommandAndItsExitCodeComesInAFrameOfItsOwnAndIntoTheLog) {
    const std::string token = world_.token("admin");
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "echo hello"}}));
    ASSERT_EQ(client.status(), 101) << client.answer();
    EXPECT_THAT(event("process.exec", "intent"),
                AllOf(HasSubstr("pending|"), HasSubstr("|echo hello|web-1|")))
        << "the intent stands before the rack is asked";
    EXPECT_EQ(client.next()->payload, "hello\n");
    EXPECT_EQ(client.next()->payload, std::string(marker) + "0\n");
    const auto end = client.next();
    EXPECT_EQ(end->opcode, 2);
    EXPECT_EQ(end->payload, "");
    client.send_close(1000, "done");
    EXPECT_EQ(client.close_code(), 1000);
    ASSERT_TRUE(outcome_comes("process.exec"));
    EXPECT_THAT(event("process.exec", "outcome"),
                AllOf(HasSubstr("success|101|echo hello|web-1|"), HasSubstr("\"exit_code\":0"),
                      HasSubstr("\"ended_by\":\"client\""), HasSubstr("\"close_code\":1000"),
                      HasSubstr("\"bytes_to_client\":45")));
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(Session, AFailingCommandsCodeIsRecorded) {
    const std::string token = world_.token("admin");
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "exit 42"}}));
    EXPECT_EQ(client.text_to_end(), std::string(marker) + "42\n");
    EXPECT_EQ(client.close_code(), 1000) << "the gateway closes what the rack leaves open";
    ASSERT_TRUE(outcome_comes("process.exec"));
    EXPECT_THAT(event("process.exec", "outcome"),
                AllOf(HasSubstr("\"exit_code\":42"), HasSubstr("\"ended_by\":\"rack\"")));
}

TEST_F(Session, FramesPassUnchangedWhateverTheyHold) {
    const std::string token = world_.token("admin");
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "cat"}}));
    std::string every_byte;
    for (int i = 0; i < 256; ++i) {
        every_byte += static_cast<char>(i);
    }
    const std::string payloads[] = {"a",
                                    "",
                                    every_byte,
                                    "\xff\xfe not UTF-8",
                                    std::string(125, 'x'),
                                    std::string(126, 'y'),
                                    std::string(65535, 'z'),
                                    std::string(65536, '!'),
                                    std::string(3'000'000, '#')};
    for (const std::string& payload : payloads) {
        client.send_text(payload);
        const auto frame = client.next();
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->opcode, 1);
        EXPECT_TRUE(frame->payload == payload) << payload.size();
    }
    // A message in pieces stays in the same pieces.
    client.send_frame(0x01, "one ");
    client.send_frame(0x89, "ping in between");
    client.send_frame(0x00, "two ");
    client.send_frame(0x80, "three");
    EXPECT_EQ(client.next()->payload, "one ");
    const auto pong = client.next();
    EXPECT_EQ(pong->opcode, 0xA) << "pings are answered by the gateway";
    EXPECT_EQ(pong->payload, "ping in between");
    EXPECT_FALSE(client.next()->last);
    EXPECT_EQ(client.next()->payload, "three");
    // The end of input is an empty binary frame and passes at once.
    client.send_end_of_input();
    EXPECT_EQ(client.text_to_end(), std::string(marker) + "0\n");
    EXPECT_THAT(rack_sockets(), Not(HasSubstr("ping in between")));
}

TEST_F(Session, LogsFollowUntilTheClientLeavesAndTheRackHearsOfIt) {
    const std::string token = world_.token("viewer");
    for (const char* path :
         {"/apps/shop/logs", "/apps/shop/services/web/logs", "/system/logs",
          "/apps/shop/builds/BABCDEFGHIJ/logs", "/apps/shop/processes/web-1/logs"}) {
        SocketClient client(world_.port(), below(path) + "?",
                            sdk(token, {{"Follow", "true"}, {"Since", "2m"}}));
        ASSERT_EQ(client.status(), 101) << path;
        for (int line = 0; line < 5; ++line) {
            EXPECT_THAT(client.next()->payload, HasSubstr("line " + std::to_string(line))) << path;
        }
    }  // gone without a word
    EXPECT_TRUE(eventually([&] {
        return world_.sql(
                   "select count(*) from calls where action = 'log.read' and phase = "
                   "'outcome' and details like '%\"ended_by\":\"client\",\"close_code\":1006%'") ==
               "5";
    }));
    EXPECT_TRUE(eventually([&] {
        const std::string sockets = rack_sockets();
        return sockets.find("close 1001 the client has gone") != std::string::npos &&
               sockets.find("\"open\"") == std::string::npos;
    })) << rack_sockets();
    EXPECT_THAT(world_.rack_saw(),
                AllOf(HasSubstr("\"Since\": \"2m\""), HasSubstr("\"Follow\": \"true\"")));
}

TEST_F(Session, ConsoleProxyAndTheOtherSessionsOpenToo) {
    const std::string token = world_.token("admin");
    SocketClient console(world_.port(), below("/apps/shop/resources/db/console"), sdk(token));
    console.send_text("select 1;\n");
    EXPECT_EQ(console.next()->payload, "select 1;\n");
    SocketClient proxy(world_.port(), below("/proxy/db.internal/5432"), sdk(token));
    proxy.send_text(std::string("\0\x01\xff", 3));
    EXPECT_EQ(proxy.next()->payload, std::string("\0\x01\xff", 3));
    EXPECT_THAT(event("proxy.connect", "intent"), HasSubstr("|db.internal|"));
}

TEST_F(Session, TheRackSeesItsOwnOriginAndCredentialAndNothingElseOfTheClients) {
    const std::string token = world_.token("admin");
    world_.forget_rack_requests();
    SocketClient client(world_.port(), exec_path,
                        sdk(token, {{"Command", "echo x"},
                                    {"Cookie", "a=b"},
                                    {"X-Convox-TID", "other-tenant"},
                                    {"Convox-Actor", "mallory@example.com"},
                                    {"Sec-WebSocket-Extensions", "permessage-deflate"},
                                    {"Sec-WebSocket-Protocol", "chat"},
                                    {"X-Mfa-Totp", "123456"}}));
    ASSERT_EQ(client.status(), 101) << client.answer();
    EXPECT_THAT(client.answer(), AllOf(HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
                                       Not(HasSubstr("permessage")), Not(HasSubstr("chat"))));
    const std::string saw = world_.rack_saw();
    EXPECT_THAT(saw, AllOf(HasSubstr("\"Origin\": \"http://127.0.0.1:" +
                                     std::to_string(world_.rack_port())),
                           HasSubstr("\"Convox-Actor\": \"admin@example.com\""),
                           HasSubstr(basic(World::rack_password))));
    for (const char* leaked :
         {"mallory", "tenant", "permessage", "chat", "123456", "Cookie", "rgw_", "gateway.test"}) {
        EXPECT_THAT(saw, Not(HasSubstr(leaked)));
    }
}

TEST_F(Session, ARefusalIsShownByTheSdkAndItsExitCodeIsNoSuccess) {
    const std::string token = world_.token("viewer");
    world_.forget_rack_requests();
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "id"}}));
    EXPECT_EQ(client.status(), 101);
    const auto error = client.next();
    EXPECT_EQ(error->opcode, 1);
    EXPECT_THAT(error->payload, AllOf(HasSubstr("ERROR: You don't have permission"),
                                      HasSubstr("convox:process:exec\n")));
    EXPECT_EQ(client.next()->payload, std::string(marker) + "1\n");
    EXPECT_EQ(client.next()->opcode, 2);
    EXPECT_EQ(client.close_code(), 1008);
    SocketClient unknown(world_.port(), below("/apps/shop/logs"), sdk("rgw_unknown"));
    EXPECT_EQ(unknown.text_to_end(), "ERROR: The credential is not valid\n");
    // Whoever is not the SDK reads the status.
    SocketClient other(world_.port(), exec_path,
                       {{"Authorization", basic(token)}, {"Command", "id"}});
    EXPECT_EQ(other.status(), 403);
    EXPECT_THAT(other.answer(), HasSubstr("X-Error-Code: permission_denied"));
    EXPECT_EQ(world_.rack_saw(), "[]\n");
    EXPECT_THAT(world_.events(), ElementsAre(HasSubstr("process.exec|denied|single|"),
                                             HasSubstr("token.validate|denied"),
                                             HasSubstr("process.exec|denied|single|")));
}

TEST_F(Session, WhatTheRackSaysNoToIsShownAndRecorded) {
    const std::string token = world_.token("admin");
    SocketClient client(world_.port(), below("/apps/nowhere/logs"), sdk(token));
    EXPECT_EQ(client.text_to_end(), "ERROR: app not found: nowhere\n");
    world_.rack_fails_with("status");
    SocketClient failed(world_.port(), exec_path, sdk(token, {{"Command", "id"}}));
    EXPECT_EQ(failed.text_to_end(),
              "ERROR: the simulated rack fails as asked\n" + std::string(marker) + "1\n");
    EXPECT_THAT(event("process.exec", "outcome"), HasSubstr("error|500|"));
    world_.stop_rack();
    SocketClient unreachable(world_.port(), exec_path, sdk(token, {{"Command", "id"}}));
    EXPECT_THAT(unreachable.text_to_end(), HasSubstr("ERROR: The rack cannot be reached\n"));
    EXPECT_THAT(event("process.exec", "outcome"),
                AllOf(HasSubstr("error|502|"), HasSubstr("rack_unreachable")));
}

TEST_F(Session, RevocationClosesWithinASecondWith1008) {
    const std::string token = world_.token("admin");
    const std::string other = world_.token("admin");
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "shell"}}));
    SocketClient stays(world_.port(), exec_path, sdk(other, {{"Command", "shell"}}));
    client.send_text("still here\n");
    EXPECT_EQ(client.next()->payload, "still here\n");
    const auto revoked = std::chrono::steady_clock::now();
    world_.execute("delete from api_tokens where name = 'admin-1'");
    EXPECT_EQ(client.close_code(), 1008);
    EXPECT_LT(std::chrono::steady_clock::now() - revoked, std::chrono::seconds(5))
        << "an order of magnitude; the bar is a benchmark's";
    EXPECT_EQ(client.close_reason(), "The credential is not valid");
    ASSERT_TRUE(outcome_comes("process.exec"));
    EXPECT_THAT(event("process.exec", "outcome"),
                AllOf(HasSubstr("failed|101|"), HasSubstr("token_unknown"),
                      HasSubstr("\"ended_by\":\"gateway\"")));
    stays.send_text("I may\n");
    EXPECT_EQ(stays.next()->payload, "I may\n");
    EXPECT_TRUE(eventually([&] { return rack_sockets().find("close 1008") != std::string::npos; }));
}

TEST_F(Session, BytesThatBreakTheProtocolEndItWith1002AndNeverReachTheRack) {
    const std::string token = world_.token("admin");
    const std::pair<const char*, std::string> attacks[] = {
        {"reserved bit", std::string("\xC1\x80\0\0\0\0", 6)},
        {"reserved opcode", std::string("\x83\x80\0\0\0\0", 6)},
        {"no mask", std::string("\x81\x01x", 3)},
        {"continuation of nothing", std::string("\x80\x80\0\0\0\0", 6)},
        {"control frame in pieces", std::string("\x09\x80\0\0\0\0", 6)},
        {"long ping", std::string("\x89\xFE\0\x7E\0\0\0\0", 8) + std::string(126, 'p')},
        {"length not in its shortest form", std::string("\x81\xFE\0\x05\0\0\0\0", 8) + "hello"},
        {"length over 2^63", std::string("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0", 14)},
        {"half a close code", std::string("\x88\x81\0\0\0\0\x03", 7)},
        {"a close code that is none", std::string("\x88\x82\0\0\0\0\x03\xED", 8)},
        {"message inside a message", std::string("\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 12)},
    };
    for (const auto& [name, bytes] : attacks) {
        SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "cat"}}));
        client.send_bytes(bytes);
        EXPECT_EQ(client.close_code(), 1002) << name;
    }
    EXPECT_TRUE(eventually([&] {
        return world_.sql(
                   "select count(*) from calls where action = 'process.exec' and phase = "
                   "'outcome' and details like '%\"close_code\":1002%'") ==
               std::to_string(std::size(attacks));
    }));
}

TEST_F(Session, HandshakesThatAreNoneAreRefused) {
    const std::string token = world_.token("admin");
    world_.forget_rack_requests();
    const auto raw = [&](const std::string& lines) {
        return send_bytes(world_.port(), "GET " + below("/apps/shop/logs") +
                                             " HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: " +
                                             basic(token) + "\r\n" + lines + "\r\n");
    };
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string version = "Sec-WebSocket-Version: 13\r\n";
    const std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const auto together = [](std::initializer_list<std::string> parts) {
        std::string text;
        for (const std::string& part : parts) {
            text += part;
        }
        return text;
    };
    for (const std::string& lines : {
             together({upgrade, key}),
             together({upgrade, version}),
             together({upgrade, key, key, version}),
             together({upgrade, key, "Sec-WebSocket-Version: 12\r\n"}),
             together({upgrade, version, "Sec-WebSocket-Key: short\r\n"}),
             together({upgrade, version, key, "Content-Length: 5\r\n"}),
             together({"Upgrade: websocket\r\n", version, key}),
             together({"Connection: Upgrade\r\n", version, key}),
             together({"Connection: Upgrade\r\nUpgrade: h2c\r\n", version, key}),
             together({"Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", version, key}),
             together({upgrade, version, key, "Origin: https://evil.example\r\n"}),
         }) {
        const std::string answer = raw(lines);
        EXPECT_THAT(answer, testing::MatchesRegex("HTTP/1.1 4[0-9][0-9] .*|HTTP/1.1 501 .*"))
            << lines;
    }
    EXPECT_THAT(send_bytes(world_.port(), "SOCKET " + below("/apps/shop/logs") +
                                              " HTTP/1.1\r\nHost: x\r\nAuthorization: " +
                                              basic(token) + "\r\n\r\n"),
                testing::StartsWith("HTTP/1.1 404 "));
    EXPECT_EQ(world_.rack_saw(), "[]\n");
}

TEST_F(Session, StoppingTheGatewayTellsOpenSessionsSo) {
    world_.kill_gateway(SIGTERM);
    EXPECT_EQ(world_.wait_gateway(), 0);
    world_.environment["SHUTDOWN_GRACE"] = "3s";
    world_.start_gateway();
    const std::string token = world_.token("admin");
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "shell"}}));
    client.send_text("x");
    EXPECT_EQ(client.next()->payload, "x");
    world_.kill_gateway(SIGTERM);
    EXPECT_EQ(client.close_code(), 1001);
    EXPECT_EQ(world_.wait_gateway(), 0);
    EXPECT_THAT(event("process.exec", "outcome"),
                AllOf(HasSubstr("success|101|"), HasSubstr("shutting_down")));
}

TEST_F(Session, AnIntentOfAKilledGatewayIsClosedAsUnknown) {
    const std::string token = world_.token("admin");
    SocketClient client(world_.port(), exec_path, sdk(token, {{"Command", "shell"}}));
    client.send_text("x");
    EXPECT_EQ(client.next()->payload, "x");
    world_.kill_gateway(SIGKILL);
    world_.wait_gateway();
    world_.start_gateway();
    EXPECT_TRUE(
        eventually([&] { return event("process.exec", "outcome").starts_with("unknown"); }));
    EXPECT_EQ(world_.verify().status, 0);
}

}  // namespace
}  // namespace rgw::test
