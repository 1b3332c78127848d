// Who may change what of an environment by creating a release, and that nobody learns a hidden
// value by guessing it (spec proxy-rbac §1.12 B, §7 items 5 and 9; docs/adr/0006).
#include <regex>

#include "env_world.hpp"

namespace rgw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string planted =
    "LOG_LEVEL=info\nDATABASE_URL=postgres://shop:q7urlpassword@db/shop\n"
    "STRIPE_SECRET_KEY=q7stripe\nPINNED=q7pinned\nREGION=q7region\nEVERYWHERE_PIN=q7everywhere\n";

// The environment with every value hidden, and one line changed: `line` instead of that variable,
// or at the end; "" takes the variable away.
std::string hidden_but(const std::string& name, const std::string& line) {
    std::string out;
    for (const char* each :
         {"LOG_LEVEL", "DATABASE_URL", "STRIPE_SECRET_KEY", "PINNED", "REGION", "EVERYWHERE_PIN"}) {
        if (name != each) {
            out += std::string(each) + "=" + env_stars + "\n";
        }
    }
    return out + line;
}

// What differs between any two answers anyhow.
std::string comparable(const Response& answer) {
    std::string text = std::to_string(answer.status) + "\n";
    for (const auto& [name, value] : answer.headers) {
        if (name != "X-Request-ID" && name != "X-Request-Id" && name != "Date") {
            text.append(name).append(": ").append(value).append("\n");
        }
    }
    static const std::regex id(R"re("request_id":"[^"]*")re");
    return text + std::regex_replace(answer.body, id, "");
}

class EnvRights : public EnvWorld {
protected:
    EnvRights() {
        world_.start_gateway();
        admin_ = world_.token("admin");
        set_lists("shop", R"(["region"])", R"(["pinned"])");
        plant("shop", planted);
        EXPECT_TRUE(eventually([&] {
            return world_.call(admin_, "GET", "/apps/shop/releases?limit=1").body.find("q7") ==
                   std::string::npos;
        }));
    }
    void expect_same_for_any_guess(const std::string& credential, const std::string& name,
                                   const std::string& right) {
        // Of equal length, and of every other kind.
        std::string first;
        std::string first_events;
        for (const std::string& guess :
             {right, std::string(right.size(), 'x'), std::string("x"), right + "x"}) {
            const std::string before =
                world_.sql("select coalesce(max(chain_index), 0) from calls");
            world_.forget_rack_requests();
            const Response answer =
                create_env(credential, hidden_but(name, joined({name, "=", guess, "\n"})));
            EXPECT_EQ(answer.status, 403) << name << answer.body;
            EXPECT_FALSE(rack_saw_a_post()) << name;
            const std::string events = world_.sql(
                "select string_agg(concat_ws(' ', action, resource_type, resource, status, phase, "
                "rbac_decision, http_status, details), e'\\n' order by chain_index) from calls "
                "where chain_index > " +
                before);
            if (first.empty()) {
                first = comparable(answer);
                first_events = events;
                EXPECT_THAT(events, HasSubstr("shop/" + name)) << "the variable is named";
            }
            EXPECT_EQ(comparable(answer), first) << name << " by " << credential;
            EXPECT_EQ(events, first_events) << name << " by " << credential;
            EXPECT_THAT(first + first_events, Not(HasSubstr(right))) << name;
        }
    }

    std::string admin_;
};

TEST_F(EnvRights, AGuessIsAnsweredAndRecordedTheSameRightOrWrong) {
    const std::string deployer = world_.token("deployer");
    const std::string blind = token_holding("blind", R"(["convox:release:create"])");
    const std::string writer =
        token_holding("writer", R"(["convox:release:create", "convox:env:set"])");
    const std::pair<const char*, const char*> secrets[] = {
        {"DATABASE_URL", "postgres://shop:q7urlpassword@db/shop"},
        {"STRIPE_SECRET_KEY", "q7stripe"},
        {"REGION", "q7region"},
        {"EVERYWHERE_PIN", "q7everywhere"},
    };
    for (const auto& [name, value] : secrets) {
        for (const std::string& credential : {deployer, blind, writer}) {
            // Only another URL with a password is as secret as the one that is there.
            if (std::string(name) != "DATABASE_URL") {
                expect_same_for_any_guess(credential, name, value);
            }
        }
    }
    for (const std::string& credential : {deployer, blind, writer}) {
        expect_same_for_any_guess(credential, "PINNED", "q7pinned");
    }
    expect_same_for_any_guess(blind, "LOG_LEVEL", "info");
    EXPECT_EQ(env_on_rack("shop"), planted);
}

// Whoever may set what they may not see finds no limit that counts a wrong guess and not a right
// one.
TEST_F(EnvRights, NoLimitTellsARightGuessFromAWrongOne) {
    const std::string writer = token_holding(
        "writer", R"(["convox:release:create", "convox:env:set", "convox:secret:set"])");
    std::string many;
    for (int i = 0; i < 500; ++i) {
        many += "N" + std::to_string(i) + "=1\n";
    }
    const std::string wrong = comparable(
        create_env(writer, hidden_but("STRIPE_SECRET_KEY", "STRIPE_SECRET_KEY=xxxxxxxx\n" + many)));
    EXPECT_THAT(wrong, HasSubstr("more than 500 variables"));
    EXPECT_EQ(comparable(create_env(
                  writer, hidden_but("STRIPE_SECRET_KEY", "STRIPE_SECRET_KEY=q7stripe\n" + many))),
              wrong);
    EXPECT_EQ(env_on_rack("shop"), planted);
}

// What a variable holds makes it secret, too: whoever may not set secrets learns nothing from
// posting a text that would be none.
TEST_F(EnvRights, AVariableThatHoldsAPasswordStaysSecretWhateverIsPosted) {
    const std::string deployer = world_.token("deployer");
    expect_same_for_any_guess(deployer, "DATABASE_URL", "postgres://shop:q7urlpassword@db/shop");
    EXPECT_EQ(env_on_rack("shop"), planted);
}

TEST_F(EnvRights, EveryKindOfCallerChangesWhatItsOwnPermissionsSay) {
    const struct {
        const char* name;
        const char* permissions;  // of a token; the role of a person when null
        bool creates;
        bool env;
        bool secret;
    } callers[] = {
        {"admin", nullptr, true, true, true},
        {"deployer", nullptr, true, true, false},
        {"ops", nullptr, false, false, false},
        {"viewer", nullptr, false, false, false},
        {"auditor", nullptr, false, false, false},
        {"nothing", "[]", false, false, false},
        {"only-env", R"(["convox:env:set","convox:secret:set"])", false, true, true},
        {"create", R"(["convox:release:create"])", true, false, false},
        {"create-env", R"(["convox:release:create","convox:env:set"])", true, true, false},
        {"create-secret", R"(["convox:release:create","convox:secret:set"])", true, false, true},
        {"create-both", R"(["convox:release:create","convox:env:set","convox:secret:set"])", true,
         true, true},
    };
    const struct {
        std::string env;
        bool secret;
        bool nothing;
    } changes[] = {
        {hidden_but("", ""), false, true},
        {hidden_but("LOG_LEVEL", "LOG_LEVEL=q8debug"), false, false},
        {hidden_but("LOG_LEVEL", ""), false, false},
        {hidden_but("", "NEW=q8"), false, false},
        {hidden_but("STRIPE_SECRET_KEY", "STRIPE_SECRET_KEY=q8"), true, false},
        {hidden_but("STRIPE_SECRET_KEY", ""), true, false},
        {hidden_but("DATABASE_URL", ""), true, false},
        {hidden_but("REGION", "REGION=q8"), true, false},
        {hidden_but("", "NEW_PASSWORD=q8"), true, false},
        {hidden_but("", "NEW=amqp://u:q8@mq"), true, false},
        {hidden_but("LOG_LEVEL", "LOG_LEVEL=amqp://u:q8@mq"), true, false},
        {"", true, false},
        {"\n\n\n", true, false},
    };
    for (const auto& caller : callers) {
        const std::string credential = caller.permissions == nullptr
                                           ? person(caller.name)
                                           : token_holding(caller.name, caller.permissions);
        for (const auto& change : changes) {
            const bool may = caller.creates &&
                             (change.nothing || (caller.env && (!change.secret || caller.secret)));
            world_.forget_rack_requests();
            const Response answer = create_env(credential, change.env);
            EXPECT_EQ(said(answer), may ? "200" : "403 permission_denied")
                << caller.name << ": " << change.env << answer.body;
            EXPECT_EQ(rack_saw_a_post(), may) << caller.name << ": " << change.env;
            EXPECT_THAT(all_of(answer), Not(HasSubstr("q7"))) << caller.name;
            if (may) {
                plant("shop", planted);
            } else {
                EXPECT_THAT(world_.events().back(), HasSubstr("release.create|denied|"))
                    << caller.name;
            }
        }
    }
}

TEST_F(EnvRights, ALockedUserOrNobodyChangesNothing) {
    world_.execute(
        "insert into users (email, name, roles, locked_at) values ('gone@example.com', "
        "'x', '[\"admin\"]', now())");
    world_.execute(
        "insert into api_tokens (token_hash, name, user_id, permissions) select encode(sha256("
        "'rgw_gone'), 'hex'), 'gone', id, '[\"convox:*:*\"]' from users where email = "
        "'gone@example.com'");
    const std::string ended = world_.session("gone@example.com");
    world_.forget_rack_requests();
    for (const std::string& credential :
         {std::string("rgw_gone"), ended, std::string("rgw_x"), std::string("x"), std::string()}) {
        EXPECT_EQ(create_env(credential, "A=q8").status, 401) << credential;
        EXPECT_EQ(world_.call(credential, "GET", "/apps/shop/releases").status, 401) << credential;
    }
    EXPECT_EQ(world_.rack_saw(), "[]\n");
}

}  // namespace
}  // namespace rgw::test
