#include "rgw/mfa/qr_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qrencode.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "rgw/base/releases.hpp"

namespace rgw::mfa {
namespace {

using boost::property_tree::ptree;
using testing::ElementsAre;
using testing::Not;

// Rows of '#' and '.', with the quiet zone.
using Picture = std::vector<std::string>;

struct Drawing {
    std::vector<std::string> elements;  // "name attribute=value …" in their order, without the path
    std::string path;
    std::size_t size = 0;
};

std::string described(const std::string& name, const ptree& element, std::string& path) {
    std::string text = name;
    const auto attributes = element.get_child_optional("<xmlattr>");
    if (attributes) {
        for (const auto& [key, value] : *attributes) {
            if (key == "d") {
                path = value.data();
            } else {
                text += " " + key + "=" + value.data();
            }
        }
    }
    return text;
}

// Throws when it is not well-formed.
Drawing read_svg(const std::string& svg) {
    std::istringstream in(svg);
    ptree document;
    boost::property_tree::read_xml(in, document);
    Drawing drawing;
    for (const auto& [root, element] : document) {
        drawing.elements.push_back(described(root, element, drawing.path));
        for (const auto& [name, child] : element) {
            if (name != "<xmlattr>") {
                drawing.elements.push_back(described(name, child, drawing.path));
            }
        }
    }
    drawing.size = document.get<std::size_t>("svg.rect.<xmlattr>.width");
    return drawing;
}

// Fills the rectangles "Mx yhNv1h-Nz".
Picture painted(const Drawing& drawing) {
    Picture picture(drawing.size, std::string(drawing.size, '.'));
    std::istringstream in(drawing.path);
    char letter = 0;
    while (in >> letter) {
        std::size_t x = 0;
        std::size_t y = 0;
        std::size_t length = 0;
        std::size_t back = 0;
        std::string rest;
        in >> x >> y >> letter >> length;
        std::getline(in, rest, '-');
        in >> back >> letter;
        EXPECT_EQ(rest, "v1h");
        EXPECT_EQ(back, length);
        EXPECT_EQ(letter, 'z');
        for (std::size_t i = x; i < x + length; ++i) {
            EXPECT_EQ(picture.at(y).at(i), '.') << "painted twice";
            picture.at(y).at(i) = '#';
        }
    }
    return picture;
}

Picture expected(const std::string& text) {
    const std::unique_ptr<QRcode, Releases<QRcode_free>> code(
        QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
    const auto width = static_cast<std::size_t>(code->width);
    Picture picture(width + 8, std::string(width + 8, '.'));
    for (std::size_t i = 0; i < width * width; ++i) {
        if ((code->data[i] & 1U) != 0) {
            picture[i / width + 4][i % width + 4] = '#';
        }
    }
    return picture;
}

const std::string uri =
    "otpauth://totp/Rack%20Gateway:ann%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    "&issuer=Rack%20Gateway&algorithm=SHA1&digits=6&period=30";

TEST(QrCode, DrawsEveryModuleOfTheCode) {
    for (const std::string& text :
         {std::string("a"), uri, std::string("12345"), std::string("<script>&\"'"),
          std::string("\xc3\xa9\xff"), std::string(2331, 'x')}) {
        const auto svg = qr_code_svg(text);
        ASSERT_TRUE(svg) << text;
        EXPECT_EQ(painted(read_svg(std::string(svg->expose()))), expected(text)) << text;
    }
}

// What a reader looks for first (ISO/IEC 18004 §6.3.3, §7.9): the three finder patterns behind a
// quiet zone of four, and level M in the format information.
TEST(QrCode, LooksLikeAQrCodeOfLevelM) {
    const Picture picture = painted(read_svg(std::string(qr_code_svg(uri)->expose())));
    const std::size_t size = picture.size();
    EXPECT_EQ((size - 8 - 17) % 4, 0U);
    const Picture finder = {"#######", "#.....#", "#.###.#", "#.###.#",
                            "#.###.#", "#.....#", "#######"};
    for (const auto& [x, y] :
         {std::pair<std::size_t, std::size_t>(4, 4), {size - 11, 4}, {4, size - 11}}) {
        for (std::size_t row = 0; row < 7; ++row) {
            EXPECT_EQ(picture[y + row].substr(x, 7), finder[row]) << x << " " << y;
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        for (const std::size_t edge : {0UL, 3UL, size - 4, size - 1}) {
            EXPECT_EQ(picture[edge][i], '.');
            EXPECT_EQ(picture[i][edge], '.');
        }
    }
    // The first two bits of 00 (M), masked with 10.
    EXPECT_EQ(picture[4 + 8].substr(4, 2), "#.");
}

TEST(QrCode, IsBlackOnWhiteWithoutScriptOrReference) {
    const std::string svg(qr_code_svg(uri)->expose());
    const Drawing drawing = read_svg(svg);
    const std::string size = std::to_string(drawing.size);
    EXPECT_THAT(
        drawing.elements,
        ElementsAre("svg xmlns=http://www.w3.org/2000/svg viewBox=0 0 " + size + " " + size +
                        " shape-rendering=crispEdges",
                    "rect width=" + size + " height=" + size + " fill=#fff", "path fill=#000"));
    for (const char* forbidden : {"script", "href", "url(", "style", "<!", "<?", "&", " on"}) {
        EXPECT_THAT(svg, Not(testing::HasSubstr(forbidden)));
    }
    EXPECT_THAT(svg, Not(testing::HasSubstr("GEZDGNBV")));
    EXPECT_LT(svg.size(), 20'000U);
}

TEST(QrCode, RefusesWhatNoCodeHolds) {
    for (const std::string& text : {std::string(), std::string(2332, 'x'),
                                    std::string(100'000, '1'), std::string("a\0b", 3)}) {
        const auto svg = qr_code_svg(text);
        ASSERT_FALSE(svg) << text.size();
        EXPECT_EQ(svg.error().code, Errc::invalid_value);
    }
}

}  // namespace
}  // namespace rgw::mfa
