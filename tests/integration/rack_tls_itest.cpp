// Who may answer as the rack (design §8; P13, P14 of spec proxy-rbac §7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RackTls : public testing::Test {
protected:
    RackTls() {
        world_.restart_rack_with_new_certificate();
        world_.environment["RACK_HOST"] = "https://127.0.0.1:" + std::to_string(world_.rack_port());
    }
    int get_apps() { return world_.call(admin_, "GET", "/apps").status; }
    bool becomes(int status) {
        return eventually([&] { return get_apps() == status; });
    }
    std::string pinned() {
        return world_.sql("select value->>'fingerprint' from settings where key = 'rack_tls_cert'");
    }
    void start() {
        world_.start_gateway();
        admin_ = world_.token("admin");
    }

    World world_;
    std::string admin_;
};

TEST_F(RackTls, ASelfSignedRackIsNotTrustedAndTheLogSaysWhatAnswersThat) {
    start();
    const Response answer = world_.call(admin_, "GET", "/apps");
    EXPECT_EQ(answer.status, 502);
    EXPECT_EQ(answer.header("X-Error-Code"), "rack_tls_untrusted");
    EXPECT_TRUE(eventually([&] {
        return world_.gateway_log().find("RACK_TLS_INSECURE") != std::string::npos;
    })) << "lines are written off the loops";
    EXPECT_THAT(world_.gateway_log(),
                AllOf(HasSubstr("RACK_CA_FILE"), HasSubstr("ENABLE_RACK_TLS_PINNING"),
                      HasSubstr("RACK_TLS_INSECURE")));
    EXPECT_THAT(world_.sql("select details from calls"), HasSubstr("rack_tls_untrusted"));
}

TEST_F(RackTls, AnAuthorityOfItsOwnIsTrustedForItsNameOnly) {
    world_.environment["RACK_CA_FILE"] = world_.directory() + "/rack.cert";
    start();
    EXPECT_EQ(get_apps(), 502) << "the certificate is for rack.internal";
}

TEST_F(RackTls, UnverifiedOnlyWhenAskedForAndLoudly) {
    world_.environment["RACK_TLS_INSECURE"] = "true";
    start();
    EXPECT_EQ(get_apps(), 200);
    EXPECT_THAT(world_.gateway_log(), HasSubstr("RACK_TLS_INSECURE"));
    const std::string metrics = send_request(world_.metrics_port(), {.target = "/metrics"}).body;
    EXPECT_THAT(metrics, HasSubstr("rack_gateway_rack_tls_unverified 1"));
}

TEST_F(RackTls, TheFirstCertificateIsPinnedAndAnotherOneRefusedUntilItIsRefreshed) {
    world_.environment["ENABLE_RACK_TLS_PINNING"] = "true";
    start();
    EXPECT_TRUE(becomes(200));
    const std::string first = world_.rack_fingerprint();
    EXPECT_EQ(pinned(), first);
    EXPECT_EQ(world_.sql("select string_agg(phase || ' ' || status, ', ' order by chain_index) "
                         "from calls where action = 'rack_tls_cert.pin'"),
              "intent pending, outcome success");

    world_.restart_rack_with_new_certificate();
    const Response changed = world_.call(admin_, "POST", "/apps/shop/cancel");
    EXPECT_EQ(changed.status, 502);
    EXPECT_EQ(changed.header("X-Error-Code"), "rack_tls_untrusted");
    EXPECT_EQ(pinned(), first) << "a change is never trusted by itself";

    const Ran refreshed = world_.run_gateway({"rack-cert", "refresh"});
    EXPECT_EQ(refreshed.status, 0) << refreshed.err;
    EXPECT_THAT(refreshed.out, AllOf(HasSubstr(first), HasSubstr(world_.rack_fingerprint())));
    EXPECT_TRUE(becomes(200)) << "without a restart";
    EXPECT_THAT(world_.sql("select details from calls where action = 'rack_tls_cert.refresh' and "
                           "phase = 'outcome'"),
                AllOf(HasSubstr(first), HasSubstr(world_.rack_fingerprint())));
}

TEST_F(RackTls, AnAdminRenewsThePinAndNobodyElse) {
    world_.environment["ENABLE_RACK_TLS_PINNING"] = "true";
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    start();
    EXPECT_TRUE(becomes(200));
    const std::string first = world_.rack_fingerprint();
    world_.restart_rack_with_new_certificate();
    const auto refresh = [&](const std::string& credential) {
        return world_.api(credential, "POST", "/settings/rack-tls-cert/refresh");
    };
    EXPECT_EQ(refresh(world_.session("viewer@example.com")).status, 403);
    EXPECT_EQ(refresh(admin_).status, 403) << "an API token";
    EXPECT_EQ(pinned(), first);

    const Response renewed = refresh(world_.session("admin@example.com"));
    EXPECT_EQ(renewed.status, 200);
    EXPECT_THAT(renewed.body,
                AllOf(HasSubstr("\"fingerprint\":\"" + world_.rack_fingerprint() + "\""),
                      HasSubstr("BEGIN CERTIFICATE"), HasSubstr("\"fetched_at\":")));
    EXPECT_EQ(get_apps(), 200) << "in force at once";
    EXPECT_THAT(world_.sql("select user_email || ' ' || status || ' ' || resource || ' ' || "
                           "details from calls where action = 'rack_tls_cert.refresh' and "
                           "phase = 'outcome'"),
                AllOf(HasSubstr("admin@example.com success default"),
                      HasSubstr("\"old\":\"" + first + "\""),
                      HasSubstr("\"new\":\"" + world_.rack_fingerprint() + "\"")));

    world_.stop_rack();
    EXPECT_EQ(refresh(world_.session("admin@example.com")).status, 502);
}

TEST_F(RackTls, ThereIsNoPinToRenewWithoutPinning) {
    world_.environment["RACK_TLS_INSECURE"] = "true";
    world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    start();
    const Response answer =
        world_.api(world_.session("admin@example.com"), "POST", "/settings/rack-tls-cert/refresh");
    EXPECT_EQ(answer.status, 501);
    EXPECT_THAT(answer.body, HasSubstr("rack certificate manager not configured"));
}

TEST_F(RackTls, EveryReplicaFollowsTheSharedPinAndRefusesWhatItIsNot) {
    world_.environment["ENABLE_RACK_TLS_PINNING"] = "true";
    start();
    EXPECT_TRUE(becomes(200));
    world_.execute(
        "update settings set value = jsonb_set(value, '{fingerprint}', to_jsonb(repeat('0', "
        "64))) where key = 'rack_tls_cert'");
    EXPECT_TRUE(becomes(502)) << "a kept connection is not used either";
    world_.execute("update settings set value = '\"nonsense\"' where key = 'rack_tls_cert'");
    EXPECT_TRUE(eventually(
        [&] { return world_.gateway_log().find("cannot be read") != std::string::npos; }));
    EXPECT_EQ(get_apps(), 502) << "fails closed";
}

TEST_F(RackTls, ARackThatIsDownAtTheStartIsPinnedWhenItComes) {
    world_.stop_rack();
    world_.environment["ENABLE_RACK_TLS_PINNING"] = "true";
    start();
    EXPECT_EQ(get_apps(), 502);
    EXPECT_EQ(pinned(), "");
    world_.restart_rack_with_new_certificate();
    EXPECT_TRUE(becomes(200));
}

TEST_F(RackTls, TwoWaysOfTrustAtOnceStopTheStart) {
    world_.environment["ENABLE_RACK_TLS_PINNING"] = "true";
    world_.environment["RACK_TLS_INSECURE"] = "true";
    const Ran ran = world_.run_gateway({});
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr("ENABLE_RACK_TLS_PINNING: excludes"));
}

}  // namespace
}  // namespace rgw::test
