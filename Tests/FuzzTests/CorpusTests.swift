import Foundation
import Testing

@testable import fuzz

/// Every target on its seeds, on the inputs that are kept in the repository, and on some thousand
/// random changes of them.
@Suite struct CorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Corpus").standardized.path

  @Test(
    "No target is broken by its seeds, by what once broke it, or by random changes of them",
    arguments: Targets.all.map(\.name))
  func holds(_ name: String) throws {
    let target = try #require(Targets.named(name))
    let files = InputFile.list("\(Self.folder)/\(name)") ?? []
    let inputs = files.compactMap { InputFile.read($0) }
    #expect(inputs.count == files.count)
    let tally = Driver.run(
      target, inputs: inputs, seconds: 5, executions: target.patience > 1 ? 12 : 1_000,
      seed: 20_260_201)
    #expect(tally.broken == nil, "\(tally.broken?.text ?? "")")
    #expect(tally.accepted > 0, "nothing genuine is accepted")
  }

  @Test("Every folder of the corpus belongs to a target")
  func folders() {
    for path in InputFile.list(Self.folder) ?? [] {
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      #expect(name == "failed-seeds.txt" || Targets.named(name) != nil, "\(path) has no target")
    }
  }

  @Test(
    "Every genuine input of a target is within its limit and accepted",
    arguments: Targets.all.map(\.name))
  func seeds(_ name: String) throws {
    let target = try #require(Targets.named(name))
    let seeds = target.seeds()
    #expect(!seeds.isEmpty)
    for seed in seeds { #expect(seed.count <= target.limit, "\(seed.count) bytes") }
  }
}
