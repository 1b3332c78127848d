#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>
#include <string>

#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

const std::string stars(env_placeholder);

std::string masked(std::string_view body) {
    const auto result = mask_release_env(body, EnvView::names());
    return result ? *result : "refused: " + std::string(id(result.error().code));
}

std::string names_of(std::string_view env) {
    return mask_env_text(env, EnvView::names());
}

TEST(MaskEnvText, ShowsNamesAndHidesValues) {
    EXPECT_EQ(stars, std::string(20, '*'));
    EXPECT_EQ(names_of(""), "");
    EXPECT_EQ(names_of("A=1"), "A=" + stars);
    EXPECT_EQ(names_of("A=1\nB_2=x=y\n"), "A=" + stars + "\nB_2=" + stars + "\n");
    EXPECT_EQ(names_of("A=\n\nb=x\r\n"), "A=" + stars + "\n\nb=" + stars + "\n");
}

TEST(MaskEnvText, ALineThatMayBeTheInsideOfAValueIsHiddenWhole) {
    EXPECT_EQ(names_of("secret"), stars);
    EXPECT_EQ(names_of("=secret"), stars);
    EXPECT_EQ(names_of("my secret=x"), stars);
    EXPECT_EQ(names_of("c2VjcmV0Cg=="), stars);
    EXPECT_EQ(names_of("c2VjcmV0Cg="), stars);
    EXPECT_EQ(names_of("c2VjcmV0=x"), stars);
    EXPECT_EQ(names_of("secret="), stars);
    EXPECT_EQ(names_of("KEY=-----BEGIN KEY-----\nMIIabc\nQUJD==\naB=cd\n-----END KEY-----\nB=1"),
              "KEY=" + stars + "\n" + stars + "\n" + stars + "\n" + stars + "\n" + stars +
                  "\nB=" + stars);
}

TEST(MaskReleaseEnv, MasksAnObjectAnArrayAndWhatIsNested) {
    const std::string hidden = "\"A=" + stars + "\"";
    EXPECT_EQ(masked(R"({"id":"R1","env":"A=1"})"), R"({"id":"R1","env":)" + hidden + "}");
    EXPECT_EQ(masked(R"([{"env":"A=1"},{"env":""}])"), R"([{"env":)" + hidden + R"(},{"env":""}])");
    EXPECT_EQ(masked(R"({"release":{"x":[[{"env":"A=1"}]]}})"),
              R"({"release":{"x":[[{"env":)" + hidden + "}]]}}");
    EXPECT_EQ(masked(R"({"ENV":"A=1","Env":"A=2","e\u006ev":"A=3"})"),
              R"({"ENV":)" + hidden + R"(,"Env":)" + hidden + R"(,"env":)" + hidden + "}");
    EXPECT_EQ(masked(R"({"env":"\u0041\u003D1"})"), R"({"env":)" + hidden + "}");
}

TEST(MaskReleaseEnv, KeepsEverythingElseAsItWasSpelled) {
    for (const std::string_view body :
         {R"({})", R"([])", R"([{}])",
          R"({"a":[1,-0,1.50,1e400,123456789012345678901234567890,true,false,null,"x",[],{}]})",
          R"({"b":"\"\\\n\u0000","c":1})"}) {
        EXPECT_EQ(masked(body), body);
    }
    EXPECT_EQ(masked("{ \"a\" :\n [ 1 , {\"b\":\"\\u00e9\"} ] }\n"),
              "{\"a\":[1,{\"b\":\"\xC3\xA9\"}]}");
    EXPECT_EQ(masked(R"({"a":"\t\u0000\/"})"), R"({"a":"\u0009\u0000/"})");
}

TEST(MaskReleaseEnv, ReadsEveryEscape) {
    EXPECT_EQ(masked(R"({"a":"\b\f\n\r\t\"\\\/\u0041\u00e9\u20AC\ud83d\uDE00\u007f"})"),
              "{\"a\":\"\\u0008\\u000c\\n\\u000d\\u0009\\\"\\\\/"
              "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\\u007f\"}");
    EXPECT_EQ(masked("{\"a\":\"\xF0\x9F\x98\x80 a run of more than sixteen bytes \xC3\xA9\"}"),
              "{\"a\":\"\xF0\x9F\x98\x80 a run of more than sixteen bytes \xC3\xA9\"}");
}

TEST(MaskReleaseEnv, RefusesWhatIsNoStringOrNumber) {
    for (const std::string_view text : {R"("\x")",
                                        R"("\u12")",
                                        R"("\u12g4")",
                                        R"("\u+123")",
                                        R"("\ud800")",
                                        R"("\ud800x")",
                                        R"("\ud800\n")",
                                        R"("\ud800\u0041")",
                                        R"("\udc00")",
                                        R"("\)",
                                        R"("\")",
                                        "\"",
                                        "\"a\tb\"",
                                        "\"\xC0\xAF\"",
                                        "\"\xED\xA0\x80\"",
                                        "\"\xF4\x90\x80\x80\"",
                                        "\"\xE2\x82\"",
                                        "01",
                                        "-",
                                        "+1",
                                        "-01",
                                        "1.",
                                        ".5",
                                        "1.e1",
                                        "1e",
                                        "1e+",
                                        "1E-",
                                        "0x1",
                                        "1 2",
                                        "tru",
                                        "truex",
                                        "True",
                                        "nul",
                                        "Infinity",
                                        "'a'",
                                        ""}) {
        EXPECT_EQ(masked("{\"a\":" + std::string(text) + "}"), "refused: rack_answer_invalid")
            << text;
    }
    EXPECT_EQ(masked(std::string_view("{}\0", 3)), "refused: rack_answer_invalid");
    EXPECT_EQ(masked(std::string_view("{\"a\":\"\0\"}", 9)), "refused: rack_answer_invalid");
}

TEST(MaskReleaseEnv, GoesThirtyTwoLevelsDeep) {
    const auto nested = [](std::size_t levels) {
        return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
    };
    EXPECT_EQ(masked(nested(32)), nested(32));
    EXPECT_EQ(masked(nested(33)), "refused: rack_answer_invalid");
    std::string side_by_side = R"({"a":[{})";
    for (int i = 0; i < 40; ++i) {
        side_by_side += ",[{}]";
    }
    EXPECT_EQ(masked(side_by_side + "]}"), side_by_side + "]}");
}

TEST(MaskReleaseEnv, FindsARepeatedKeyAmongMany) {
    std::string object = "{";
    for (int i = 0; i < 1000; ++i) {
        object += "\"key" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    }
    EXPECT_EQ(masked(object + R"("key":0})"), object + R"("key":0})");
    EXPECT_EQ(masked(object + R"("key7":0})"), "refused: rack_answer_invalid");
}

TEST(MaskReleaseEnv, AnEnvironmentLikeTheOneBeforeIsMaskedLikeIt) {
    const std::string a = R"({"env":"A=)" + stars + R"("})";
    const std::string b = R"({"env":"B=)" + stars + R"("})";
    EXPECT_EQ(
        masked(R"([{"env":"A=1"},{"env":"A=1"},{"env" :\n "A=1"},{"Env":"A=1"},{"x":"A=1"}])"),
        "refused: rack_answer_invalid");
    EXPECT_EQ(
        masked("[{\"env\":\"A=1\"},{\"env\":\"A=1\"},{\"env\" :\n \"A=1\"},{\"env\":\"\\u0041=1\"},"
               "{\"env\":\"A=12\"},{\"env\":\"B=1\"},{\"env\":\"A=1\"}]"),
        "[" + a + "," + a + "," + a + "," + a + "," + a + "," + b + "," + a + "]");
    EXPECT_EQ(masked(R"([{"env":"A=1"},{"x":"A=1"}])"), "[" + a + R"(,{"x":"A=1"}])");
}

TEST(MaskReleaseEnv, RefusesWhateverItCannotReadWholly) {
    std::string deep = R"({"a":)";
    for (int i = 0; i < 40; ++i) {
        deep += "[";
    }
    for (const std::string& body : {
             std::string(""),
             std::string(" "),
             std::string("null"),
             std::string("\"A=1\""),
             std::string("1"),
             std::string("true"),
             std::string("[1]"),
             std::string(R"(["A=1"])"),
             std::string("[[{}]]"),
             std::string("[null]"),
             std::string(R"({"env":null})"),
             std::string(R"({"env":{"A":"1"}})"),
             std::string(R"({"env":["A=1"]})"),
             std::string(R"({"env":1})"),
             std::string(R"({"env":true})"),
             std::string(R"({"env":"A=1","env":"A=2"})"),
             std::string(R"({"a":1,"\u0061":2})"),
             std::string(R"({"env":"A=1")"),
             std::string(R"({"env":"A=1"} x)"),
             std::string(R"({"env":"A=1"}{})"),
             std::string("{'env':'A=1'}"),
             std::string("{\"env\":\"A=\xff\"}"),
             std::string("{\"a\":1,}"),
             std::string("// x\n{}"),
             std::string("{\"a\":NaN}"),
             std::string("ok\n"),
             std::string("\x1f\x8b\x08"),
             deep,
         }) {
        EXPECT_EQ(masked(body), "refused: rack_answer_invalid") << body;
    }
}

TEST(MaskReleaseEnv, RefusalsDoNotRepeatTheBody) {
    const auto result = mask_release_env(R"({"env":["hunter2"]})", EnvView::names());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().detail.find("hunter2"), std::string::npos);
}

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t length) {
    std::string out;
    for (std::size_t i = 0; i < length; ++i) {
        out += alphabet[random() % alphabet.size()];
    }
    return out;
}

// Values of every odd form; the secrets look as encoded ones do.
TEST(MaskReleaseEnv, NoPlantedSecretSurvivesAnywhereInTheAnswer) {
    std::mt19937 random(20261122);
    static constexpr std::string_view marker_alphabet =
        "abcdefghijklmnopqrstuvwxyzABCDEF0123456789";
    static constexpr std::string_view glue[] = {"",   "=",   "\n",   "\r\n", "==\n", "\"",
                                                "\\", "\n=", "\n\n", " ",    "\t",   "\xC3\xA9"};
    for (int round = 0; round < 3000; ++round) {
        std::vector<std::string> secrets;
        std::string env;
        for (unsigned i = random() % 6; i > 0; --i) {
            env += "KEY" + std::to_string(i) + "=";
            for (unsigned piece = random() % 4; piece > 0; --piece) {
                secrets.push_back("zZ" + random_text(random, marker_alphabet, 24));
                env += glue[random() % std::size(glue)];
                env += secrets.back();
                env += glue[random() % std::size(glue)];
            }
            env += '\n';
        }
        boost::json::object release{{"id", "R1"}, {"env", env}, {"n", 1}};
        boost::json::value body = release;
        if (random() % 2 == 0) {
            body = boost::json::array{release, boost::json::object{{"nested", release}}};
        }
        const auto result = mask_release_env(boost::json::serialize(body), EnvView::names());
        ASSERT_TRUE(result);
        for (const std::string& secret : secrets) {
            ASSERT_THAT(*result, testing::Not(testing::HasSubstr(secret))) << env;
        }
        EXPECT_NO_THROW((void)boost::json::parse(*result));
    }
}

}  // namespace
}  // namespace rgw::rack
