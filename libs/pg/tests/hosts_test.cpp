#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../src/resolve.hpp"
#include "rgw/pg/survey.hpp"

namespace rgw::pg {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> shown(const std::vector<Host>& hosts) {
    std::vector<std::string> texts;
    for (const Host& host : hosts) {
        texts.push_back(host.name + "|" + host.address + "|" + host.port);
    }
    return texts;
}

TEST(Hosts, ArePairedAsLibpqPairsThem) {
    struct Case {
        Parameters parameters;
        std::vector<std::string> hosts;
    };
    const Case cases[] = {
        {{}, {"||"}},
        {{{"host", "a"}}, {"a||"}},
        {{{"host", "a"}, {"port", "5433"}}, {"a||5433"}},
        {{{"host", "a,b"}}, {"a||", "b||"}},
        {{{"host", "a,b"}, {"port", "1"}}, {"a||1", "b||1"}},
        {{{"host", "a,b"}, {"port", "1,2"}}, {"a||1", "b||2"}},
        {{{"host", "a,b"}, {"port", ",2"}}, {"a||", "b||2"}},
        {{{"host", "/run,b"}, {"port", "1,2"}}, {"/run||1", "b||2"}},
        {{{"hostaddr", "10.0.0.1,::1"}, {"port", "1"}}, {"|10.0.0.1|1", "|::1|1"}},
        {{{"host", "a,b"}, {"hostaddr", "10.0.0.1,"}, {"port", "1"}}, {"a|10.0.0.1|1", "b||1"}},
        {{{"host", "a,b,c"}, {"port", "1,2"}}, {}},
        {{{"host", "a,b,c"}, {"hostaddr", "10.0.0.1,10.0.0.2"}}, {}},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(shown(hosts_of(c.parameters)), c.hosts) << value_of(c.parameters, "host");
    }
}

TEST(Hosts, OneIsLeftOutAndNeverTheLast) {
    struct Case {
        Parameters given;
        Parameters completed_from;
        Host host;
        std::vector<std::string> left;  // none: it could not be left out
    };
    const Case cases[] = {
        {{{"host", "a,b"}, {"port", "1,2"}}, {}, {"a", "10.0.0.1", "1"}, {"b||2"}},
        {{{"host", "a,b,a"}, {"port", "1,2,3"}}, {}, {"a", "10.0.0.1", "3"}, {"a||1", "b||2"}},
        {{{"host", "a,b"}}, {}, {"b", "10.0.0.1", "5432"}, {"a||"}},
        {{{"host", "a,a"}, {"hostaddr", "10.0.0.1,10.0.0.2"}, {"port", "1"}},
         {},
         {"a", "10.0.0.2", "1"},
         {"a|10.0.0.1|1"}},
        {{}, {{"host", "a,b"}, {"port", "1"}}, {"a", "10.0.0.1", "1"}, {"b||1"}},
        {{{"host", "/run,b"}, {"port", "1"}}, {}, {"/run", "", "1"}, {"b||1"}},
        {{{"host", "a"}, {"port", "1"}}, {}, {"a", "10.0.0.1", "1"}, {}},
        {{{"host", "a,b"}, {"port", "1"}}, {}, {"c", "10.0.0.1", "1"}, {}},
    };
    for (const Case& c : cases) {
        Reachable reachable{c.given, 9};
        EXPECT_EQ(leave_out(reachable, c.host, c.completed_from), !c.left.empty());
        if (!c.left.empty()) {
            EXPECT_EQ(shown(hosts_of(reachable.parameters)), c.left);
            EXPECT_EQ(reachable.attempts, c.left.size());
        }
    }
}

TEST(Hosts, OldPrimariesAreThoseWithASmallerTimelineOfTheSameCluster) {
    const auto host = [](std::string name, std::optional<std::int64_t> system,
                         std::optional<std::int64_t> timeline) {
        return HostState{.host = std::move(name),
                         .server = {.system = system, .timeline = timeline},
                         .problem = ""};
    };
    const auto names = [](const std::vector<HostState>& hosts) {
        std::vector<std::string> old;
        for (const HostState& each : old_primaries(hosts)) {
            old.push_back(each.host);
        }
        return old;
    };
    EXPECT_THAT(names({host("a", 7, 1), host("b", 7, 2)}), ElementsAre("a"));
    EXPECT_THAT(names({host("a", 7, 3), host("b", 7, 2), host("c", 7, 1)}), ElementsAre("b", "c"));
    EXPECT_THAT(names({host("a", 7, 1), host("b", 7, std::nullopt)}), IsEmpty()) << "a standby";
    EXPECT_THAT(names({host("a", 7, 1), host("b", 8, 2)}), IsEmpty()) << "another cluster";
    EXPECT_THAT(names({host("a", std::nullopt, 1), host("b", std::nullopt, 2)}), IsEmpty());
    EXPECT_THAT(names({}), IsEmpty());
}

}  // namespace
}  // namespace rgw::pg
