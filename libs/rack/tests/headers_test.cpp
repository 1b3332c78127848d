#include "rgw/rack/headers.hpp"

#include <gtest/gtest.h>

namespace rgw::rack {
namespace {

const Route& route(std::string_view method, std::string_view target) {
    return *match(method, target)->route;
}

// Spec proxy-rbac §7, 12: all of these went to the rack.
TEST(Headers, NoCredentialTenantActorOrForwardingFieldReachesTheRack) {
    const Route& run = route("POST", "/apps/web/services/job/processes");
    for (const std::string_view name : {"Authorization",
                                        "Proxy-Authorization",
                                        "Cookie",
                                        "X-CSRF-Token",
                                        "X-Mfa-Totp",
                                        "X-MFA-WebAuthn",
                                        "X-User-Name",
                                        "X-User-Email",
                                        "X-API-Token-ID",
                                        "X-Convox-TID",
                                        "Convox-TID",
                                        "X-Convox-Actor",
                                        "Convox-Actor",
                                        "Connection",
                                        "TE",
                                        "Trailer",
                                        "Upgrade",
                                        "Transfer-Encoding",
                                        "Content-Length",
                                        "Host",
                                        "Accept-Encoding",
                                        "Content-Encoding",
                                        "X-Forwarded-For",
                                        "X-Forwarded-Host",
                                        "Forwarded",
                                        "X-Real-IP",
                                        "X-Request-ID",
                                        "X-Original-Path",
                                        "X-Audit-Resource",
                                        "X-Release-Created",
                                        "Rack",
                                        "Session",
                                        "Origin",
                                        "Referer",
                                        "Env",
                                        "Environment",
                                        "Release-Env",
                                        "X-Host",
                                        "X-Port",
                                        "Expect",
                                        "Range",
                                        "",
                                        "Command\r\nX"}) {
        EXPECT_FALSE(passes_to_rack(run, name)) << name;
        EXPECT_FALSE(passes_to_rack(route("GET", "/apps"), name)) << name;
    }
}

TEST(Headers, FourFieldsPassEverywhereAndOptionsOnTheirRouteOnly) {
    const Route& list = route("GET", "/apps");
    for (const std::string_view name : {"Accept", "content-type", "USER-AGENT", "Version"}) {
        EXPECT_TRUE(passes_to_rack(list, name)) << name;
    }
    const Route& run = route("POST", "/apps/web/services/job/processes");
    for (const std::string_view name : {"Command", "release", "Node-Labels", "System-Critical"}) {
        EXPECT_TRUE(passes_to_rack(run, name)) << name;
        EXPECT_FALSE(passes_to_rack(list, name)) << name;
    }
    EXPECT_TRUE(passes_to_rack(route("POST", "/apps/web/objects/tmp/x"), "Public"));
    EXPECT_FALSE(passes_to_rack(run, "Public"));
}

TEST(Headers, HopByHopCookiesAndOriginFieldsDoNotReachTheClient) {
    for (const std::string_view name :
         {"Connection", "Keep-Alive", "proxy-connection", "TE", "Trailer", "Transfer-Encoding",
          "Upgrade", "Content-Length", "Set-Cookie", "set-cookie", "Set-Cookie2",
          "WWW-Authenticate", "Strict-Transport-Security", "Access-Control-Allow-Origin",
          "access-control-allow-credentials", "X-Request-ID", "X-MFA-Required", "X-Error-Reason",
          "Clear-Site-Data"}) {
        EXPECT_FALSE(passes_to_client(name, std::nullopt)) << name;
    }
    for (const std::string_view name : {"Content-Type", "Content-Encoding", "Content-Disposition",
                                        "Request-Id", "Location", "ETag", "Access", "X-Whatever"}) {
        EXPECT_TRUE(passes_to_client(name, std::nullopt)) << name;
    }
}

TEST(Headers, WhatConnectionNamesEndsAtTheGateway) {
    const std::string_view connection = "close, X-Hop ,x-other";
    EXPECT_FALSE(passes_to_client("x-hop", connection));
    EXPECT_FALSE(passes_to_client("X-Other", connection));
    EXPECT_TRUE(passes_to_client("X-Kept", connection));
}

}  // namespace
}  // namespace rgw::rack
