// docs/routes.md is written from the tables, so that it cannot say anything else.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "rgw/access/role.hpp"
#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

std::string_view name(access::MfaLevel level) {
    switch (level) {
        case access::MfaLevel::none:
            return "–";
        case access::MfaLevel::step_up:
            return "step-up";
        case access::MfaLevel::always:
            return "always";
    }
    return "";
}

std::string_view name(Kind kind) {
    switch (kind) {
        case Kind::json:
            return "JSON";
        case Kind::text:
            return "text";
        case Kind::stream:
            return "download";
        case Kind::upload:
            return "upload";
        case Kind::websocket:
            return "session";
    }
    return "";
}

std::string list(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view each : names) {
        text += text.empty() ? "" : " ";
        text += "`" + std::string(each) + "`";
    }
    return text;
}

std::string body_of(const Route& route) {
    switch (route.body) {
        case BodyRule::none:
            return "";
        case BodyRule::stream:
            return "unread, not a form";
        case BodyRule::form:
            return "form: " + list(route.fields);
        case BodyRule::any_form:
            return "form";
        case BodyRule::release_form:
            return "form: `build` `description` `env`, merged by rights (ADR 6)";
    }
    return "";
}

std::string roles_with(access::Permission permission) {
    std::string text;
    for (const access::RoleInfo& role : access::all_roles()) {
        if (access::permissions(role.role).has(permission)) {
            text += (text.empty() ? "" : " ") + std::string(role.name);
        }
    }
    return text;
}

std::string notes_of(const Route& route) {
    std::string text;
    const auto note = [&text](bool holds, std::string_view words) {
        if (holds) {
            text += (text.empty() ? "" : "; ") + std::string(words);
        }
    };
    note(route.destructive, "destroys");
    note(route.callers == Callers::people, "people only");
    note(route.answer == AnswerRule::mask_release_env, "environment masked by rights");
    return text;
}

std::string page() {
    std::ostringstream out;
    out << "# The rack's routes, and who may use them\n\n"
           "Written from `libs/rack/src/route_table.cpp` and `libs/access`; what is not listed is "
           "refused and recorded. `SOCKET` is a\nWebSocket handshake. A call marked *destroys* "
           "needs the setting `allow_destructive_actions`; *people only* means no API token.\n"
           "Every row with a second factor's level, and every session, stands in the audit log "
           "before the rack hears of it.\n\n"
           "| Method | Path | Permission | Factor | Roles | Answer | Body | Query | Option headers "
           "| |\n|---|---|---|---|---|---|---|---|---|---|\n";
    for (const Route& route : routes()) {
        out << "| " << route.method << " | `" << route.pattern << "` | `"
            << access::text(route.permission) << "` | " << name(access::mfa_level(route.permission))
            << " | " << roles_with(route.permission) << " | " << name(route.kind) << " | "
            << body_of(route) << " | " << list(route.query) << " | " << list(route.headers) << " | "
            << notes_of(route) << " |\n";
    }
    out << "\n## Permissions\n\n| Permission | Factor | Roles |\n|---|---|---|\n";
    for (const access::Permission permission : access::all_permissions()) {
        out << "| `" << access::text(permission) << "` | " << name(access::mfa_level(permission))
            << " | " << roles_with(permission) << " |\n";
    }
    return out.str();
}

// With RGW_UPDATE_DOCS=1 in the environment the file is written instead of compared.
TEST(RoutesPage, IsWhatStandsInTheDocumentation) {
    if (std::getenv("RGW_UPDATE_DOCS") != nullptr) {
        std::ofstream(RGW_ROUTES_DOC) << page();
    }
    std::ostringstream text;
    text << std::ifstream(RGW_ROUTES_DOC).rdbuf();
    EXPECT_EQ(text.str(), page()) << "run RGW_UPDATE_DOCS=1 ./dev test unit";
}

}  // namespace
}  // namespace rgw::rack
