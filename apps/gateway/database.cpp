#include "database.hpp"

namespace rgw::app {

Database::Database(pg::ConnInfo info, pg::PoolOptions options)
    : pool_(loop_, std::move(info), options) {
    loop_.start();
}

Database::~Database() {
    wait_for(pool_.close(deadline_in(std::chrono::seconds(5))));
    loop_.stop();
    loop_.join();
}

}  // namespace rgw::app
