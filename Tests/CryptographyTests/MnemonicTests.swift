import Cryptography
import Testing

/// Goal: BIP-39 seeds. Method: the BIP's own vectors.
struct MnemonicTests {
  private let about =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"

  @Test func published() throws {
    let seed = try #require(Mnemonic.seed(about, passphrase: "TREZOR"))
    #expect(
      hex(seed)
        == "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d182"
        + "64c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04")
    let bare = try #require(Mnemonic.seed(about))
    #expect(
      hex(bare)
        == "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370"
        + "d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4")
  }

  @Test func textForms() {
    let seed = Mnemonic.seed(about)
    #expect(Mnemonic.seed("  " + about.split(separator: " ").joined(separator: " \n\t")) == seed)
    #expect(Mnemonic.seed(about + " about") != seed)
    #expect(Mnemonic.seed("") == nil)
    #expect(Mnemonic.seed(" \n ") == nil)
    #expect(Mnemonic.seed("ábaco abdomen") == nil)
    #expect(Mnemonic.seed(about, passphrase: "ü") == nil)
  }
}
