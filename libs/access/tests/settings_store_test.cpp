#include "rgw/access_testing/memory_settings_store.hpp"
#include "rgw/access_testing/settings_store_contract.hpp"

namespace rgw::access_testing {
namespace {

class MemoryFixture {
public:
    MemoryFixture() { loop_.start(); }
    access::SettingsStore& settings() { return settings_; }
    async::Loop& loop() { return loop_; }

private:
    async::Loop loop_{"test"};
    MemorySettingsStore settings_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, SettingsStoreContract, MemoryFixture);

}  // namespace
}  // namespace rgw::access_testing
