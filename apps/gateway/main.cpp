#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <iostream>

#include "audit_commands.hpp"
#include "commands.hpp"
#include "rgw/base/log.hpp"
#include "serve.hpp"

namespace rgw::app {
namespace {

// What the command line asks for.
struct Asked {
    std::function<int()> run = serve;
    std::string role;
    bool json = false;
    TokenRequest token;
    UserAction user;
};

void add_database_commands(CLI::App& app, Asked& asked) {
    app.add_subcommand("migrate", "apply pending migrations and end")->callback([&asked] {
        asked.run = migrate;
    });
    app.add_subcommand("reset-db",
                       "delete all data of the gateway; asks for guards in the environment")
        ->callback([&asked] { asked.run = reset_database; });
    CLI::App* to_role = app.add_subcommand(
        "grant", "give a role what a login needs that only runs the server, and no more");
    to_role->add_option("role", asked.role, "the role, spelled as it is in pg_roles")->required();
    to_role->callback([&asked] { asked.run = [&asked] { return grant(asked.role); }; });
    CLI::App* examine =
        app.add_subcommand("doctor", "examine the database; ends with 0 ok, 1 warning, 2 critical");
    examine->add_flag("--json", asked.json, "for scripts");
    examine->callback([&asked] {
        asked.run = [&asked] {
            return doctor(asked.json ? OutputFormat::json : OutputFormat::text);
        };
    });
}

void add_people_commands(CLI::App& app, Asked& asked) {
    CLI::App* token = app.add_subcommand("token", "API tokens, on the server host");
    token->require_subcommand(1);
    CLI::App* create = token->add_subcommand("create", "make a token and print it, once");
    create
        ->add_option("--email", asked.token.email,
                     "the owner; must exist and hold what the role allows")
        ->required();
    create->add_option("--role", asked.token.role, "viewer, ops, deployer, cicd, auditor or admin")
        ->required();
    create->add_option("--name", asked.token.name, "unique, for lists and the audit log")
        ->required();
    create->add_option("--expires", asked.token.expires,
                       "30d, 12h, or a time such as 2027-01-31T00:00:00Z; default never");
    create->callback([&asked] { asked.run = [&asked] { return create_token(asked.token); }; });

    CLI::App* user = app.add_subcommand("user", "people, when nobody can reach the web app");
    user->require_subcommand(1);
    CLI::App* unlock = user->add_subcommand("unlock", "let a locked user in again");
    CLI::App* reset_factors = user->add_subcommand(
        "reset-factors", "take a user's second factors away; they set up new ones");
    for (CLI::App* each : {unlock, reset_factors}) {
        each->add_option("--email", asked.user.email, "the user")->required();
        each->add_option("--reason", asked.user.reason, "for the audit log")->required();
    }
    unlock->callback([&asked] { asked.run = [&asked] { return unlock_user(asked.user); }; });
    reset_factors->callback(
        [&asked] { asked.run = [&asked] { return reset_user_factors(asked.user); }; });
}

void add_rack_commands(CLI::App& app, Asked& asked) {
    CLI::App* rack_cert = app.add_subcommand("rack-cert", "the rack's pinned certificate");
    rack_cert->require_subcommand(1);
    rack_cert
        ->add_subcommand("refresh",
                         "pin what the rack shows now, on every replica (ENABLE_RACK_TLS_PINNING)")
        ->callback([&asked] { asked.run = refresh_rack_certificate; });
}

}  // namespace
}  // namespace rgw::app

// Exit codes: 0 done · 1 could not be done, the reason on stderr · 2 the audit log does not verify.
// doctor: 0 all is well · 1 a warning · 2 something critical.
int main(int argc, char** argv) {
    using namespace rgw;
    CLI::App app(
        "Rack Gateway: an access gateway for self-hosted Convox racks.\n"
        "Without a sub-command it serves. Configuration comes from the environment "
        "(docs/settings.md).",
        "rack-gateway-api");
    app.require_subcommand(0, 1);
    app::Asked asked;
    app::add_database_commands(app, asked);
    app::add_people_commands(app, asked);
    app::add_rack_commands(app, asked);
    app::AuditCommands audit(app);
    CLI11_PARSE(app, argc, argv);
    int status = 1;
    try {
        status = audit.chosen() ? audit.run() : asked.run();
    } catch (const std::exception& e) {
        std::cerr << "rack-gateway-api: " << e.what() << "\n";
    }
    log::flush();
    return status;
}
