import Cryptography
import Economy
import Ledger
import Primitives
import Testing

@testable import Engine
@testable import Interface

@Suite struct ProofCheckTests {
  @Test("A proof of each kind is sound, says what the chain says, and has one form")
  func sound() throws {
    let network = try ProofNetwork()
    let head = network.chain.head
    for subject in network.subjects {
      let bytes = try network.maker.proof(of: subject)
      let verdict = try ProofCheck.verify(bytes)
      #expect(verdict.subject == subject && verdict.anchors == [])
      #expect(verdict.key == network.signer.key.text && verdict.logSize == head.height + 1)
      #expect(bytes.last == 0x0a && ProofDocument(bytes)?.bytes == bytes)
      if case .receipt = subject {
        #expect(verdict.height == 2 && verdict.root == network.chain.block(2)?.header.receiptsRoot)
      } else {
        #expect(verdict.header == head.hash && verdict.root == head.header.stateRoot)
      }
    }
    let balance = network.chain.withState { $0.balance(of: network.member.address) }
    let claim = try ProofCheck.verify(
      try network.maker.proof(of: .balance(network.member.address))
    ).claim
    #expect(claim.contains("held \(balance.units) base units, 0 of them frozen"))
    #expect(claim.contains("had sent 3 transactions"))
    let position = try ProofCheck.verify(try network.maker.proof(of: .position(1)))
    #expect(
      position.claim.contains(
        "position 1 of \(Hex.text(network.member.address.bytes)) held 1000000000"))
    let receipt = try ProofCheck.verify(try network.maker.proof(of: .receipt(network.sent[1])))
    #expect(receipt.fields.contains(ProvenField(name: "success", value: "yes")))
  }

  @Test("A changed byte is refused wherever it stands, two flips each, in proofs of every kind")
  func everyByte() throws {
    let network = try ProofNetwork()
    var flips = 0
    var steps: [ProofFault.Step: Int] = [:]
    for subject in network.subjects {
      let bytes = try network.maker.proof(of: subject)
      // Case and the lowest bit: the two that a lenient reader would let pass.
      for place in bytes.indices {
        for bit in [0x20, 0x01] as [UInt8] {
          var changed = bytes
          changed[place] ^= bit
          do throws(ProofFault) {
            _ = try ProofCheck.verify(changed)
            Issue.record("\(subject.kind): byte \(place) went unnoticed")
          } catch {
            steps[error.step, default: 0] += 1
          }
          flips += 1
        }
      }
    }
    #expect(steps.values.reduce(0, +) == flips)
    for step in [.form, .header, .row, .subject, .claim, .signature, .log] as [ProofFault.Step] {
      #expect(steps[step] ?? 0 > 0, "\(step) refuses something")
    }
    print("Proofs: \(flips) flips in four proofs, all refused")
  }

  @Test("Random changes, cuts and foreign texts are refused")
  func hostile() throws {
    let network = try ProofNetwork()
    let bytes = try network.maker.proof(of: .receipt(network.sent[2]))
    var generator = SplitMix(state: 3)
    for _ in 0..<1_500 {
      var changed = bytes
      let place = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 5 {
      case 0: changed.remove(at: place)
      case 1: changed.insert(changed[place], at: place)
      case 2: changed.removeSubrange(place...)
      case 3: changed += changed[place...]
      default: changed.swapAt(place, Int(generator.next() % UInt64(bytes.count)))
      }
      if changed != bytes { #expect(throws: ProofFault.self) { try ProofCheck.verify(changed) } }
    }
    for text in ["", "{}", "[]", "null", "{\"format\":\"freehold-proof/1\"}"] {
      #expect(throws: ProofFault.self) { try ProofCheck.verify(Array(text.utf8)) }
    }
    let spaced = Array(String(decoding: bytes, as: UTF8.self).replacing(",", with: ", ").utf8)
    #expect(throws: ProofFault.self) { try ProofCheck.verify(spaced) }
  }

  /// What somebody without the key can put together from sound parts.
  @Test("Parts of two proofs do not make a third")
  func mixed() throws {
    let network = try ProofNetwork()
    let address = network.member.address
    let old = try #require(ProofDocument(try network.maker.proof(of: .balance(address))))
    network.makeBlock()
    let new = try #require(ProofDocument(try network.maker.proof(of: .balance(address))))
    let grant = try #require(ProofDocument(try network.maker.proof(of: .grant(3))))
    func mix(
      claim: String? = nil, subject: ProofSubject? = nil, header: [UInt8]? = nil,
      evidence: ProofDocument.Evidence? = nil, path: [Digest]? = nil, checkpoint: String? = nil
    ) -> ProofFault.Step? {
      let document = ProofDocument(
        claim: claim ?? new.claim, subject: subject ?? new.subject, header: header ?? new.header,
        evidence: evidence ?? new.evidence, logPath: path ?? new.logPath,
        checkpoint: checkpoint ?? new.checkpoint, key: new.key)
      do throws(ProofFault) {
        _ = try ProofCheck.verify(document.bytes)
        return nil
      } catch {
        return error.step
      }
    }
    #expect(mix() == nil)
    #expect(mix(claim: old.claim) == .claim)
    #expect(mix(header: old.header) == .row)
    #expect(mix(path: old.logPath) == .log)
    #expect(mix(checkpoint: old.checkpoint) == .log)
    #expect(mix(evidence: grant.evidence) == .subject)
    #expect(mix(subject: grant.subject, evidence: grant.evidence) == .claim)
    #expect(mix(claim: grant.claim, subject: .grant(4), evidence: grant.evidence) == .subject)
    guard case .rows(let rows) = grant.evidence else { return }
    let fewer = ProofDocument.Evidence.rows(rows.dropLast())
    #expect(mix(claim: grant.claim, subject: grant.subject, evidence: fewer) == .subject)
    let more = ProofDocument.Evidence.rows(rows + [rows[1]])
    #expect(mix(claim: grant.claim, subject: grant.subject, evidence: more) == .subject)
  }

  @Test("What the checker brings along must agree")
  func anchors() throws {
    let network = try ProofNetwork()
    let bytes = try network.maker.proof(of: .grant(1))
    let note = try network.inclusion(of: 0).checkpoint
    let (key, hash) = (network.signer.key.text, network.chain.head.hash)
    let all = ProofAnchors(header: hash, checkpoint: note.bytes, key: key)
    #expect(try ProofCheck.verify(bytes, all).anchors.count == 3)
    let other = try #require(
      NoteSigner(name: network.signer.key.name, seed: [UInt8](repeating: 6, count: 32)))
    let smaller = LogCheckpoint(origin: other.key.name, size: 3, root: .zero).text
    for wrong in [
      ProofAnchors(header: .zero), ProofAnchors(key: other.key.text), ProofAnchors(key: "none"),
      ProofAnchors(checkpoint: note.bytes),
      ProofAnchors(checkpoint: note.bytes, key: other.key.text),
      ProofAnchors(checkpoint: network.signer.sign(smaller)?.bytes, key: key),
      ProofAnchors(checkpoint: other.sign(note.text)?.bytes, key: key),
      ProofAnchors(checkpoint: [1, 2, 3], key: key),
    ] {
      do throws(ProofFault) {
        _ = try ProofCheck.verify(bytes, wrong)
        Issue.record("\(wrong) went unnoticed")
      } catch {
        #expect(error.step == .anchor)
      }
    }
  }

  @Test("A receipt of every place in blocks of one to nine transactions leads to the root")
  func receiptPaths() throws {
    for count in 1...9 {
      var tree = HashTree()
      for leaf in 0..<count { tree.append(SHA256.leaf([UInt8(leaf)])) }
      for index in 0..<count {
        var hash = SHA256.leaf([UInt8(index)])
        for step in ProofDocument.Step.steps(tree.path(index), index: index, count: count) {
          hash = step.isLeft ? SHA256.node(step.hash, hash) : SHA256.node(hash, step.hash)
        }
        #expect(hash == tree.root(), "\(index) of \(count)")
      }
    }
  }

  @Test("What the chain does not have gets no proof")
  func absent() throws {
    let network = try ProofNetwork()
    for subject in [
      .balance(Address(high: 1, middle: 2, low: 3)), .receipt(.zero), .grant(9_999), .position(2),
    ] as [ProofSubject] {
      do throws(ProofRefusal) {
        _ = try network.maker.proof(of: subject)
        Issue.record("a proof of \(subject)")
      } catch .notFound(let text) {
        #expect(!text.isEmpty)
      }
    }
    let idle = ProofMaker(network.chain) { (_) throws(TileFailure) in throw .behind("soon") }
    #expect(throws: ProofRefusal.notYet("soon")) { try idle.proof(of: .grant(1)) }
  }
}

/// SplitMix64: the same numbers in every run.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
