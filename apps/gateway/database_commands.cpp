// Sub-commands about the database itself and the rights on it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <iostream>
#include <string>

#include "commands.hpp"
#include "configuration.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/grants.hpp"

namespace rgw::app {

int grant(const std::string& role) {
    const Result<pg::ConnInfo> info = admin_connection();
    if (!info) {
        return fail(info.error());
    }
    async::Loop loop("grant");
    loop.start();
    const auto done =
        boost::asio::co_spawn(
            loop.executor(),
            pg::grant_to_role(loop, *info, role, pg::GrantMode::exactly, schema_source()),
            boost::asio::use_future)
            .get();
    if (!done) {
        return fail(done.error());
    }
    for (const std::string& statement : *done) {
        std::cout << statement << ";\n";
    }
    std::cout << role
              << (done->empty() ? " had exactly what the server needs; nothing to do.\n"
                                : " has exactly what the server needs. Later migrations give it "
                                  "what they add.\n");
    return 0;
}

}  // namespace rgw::app
