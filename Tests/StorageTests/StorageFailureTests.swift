import Glibc
import Storage
import Testing

@Suite struct StorageFailureTests {
  @Test func messagesNameCauseAndRepair() {
    let full = StorageFailure(.zeroFill, file: "journal/spare.new", offset: 0, errorNumber: ENOSPC)
    #expect(
      full.description
        == "No space during zeroFill of journal/spare.new at byte 0 "
        + "[No space left on device, errno 28]. "
        + "Nothing was changed; free some space on this volume and try again.")
    let damaged = StorageFailure(
      .damaged, .recover, file: "journal/x.seg", offset: 512, height: 9, finding: "why")
    #expect(
      damaged.description
        == "Damaged: journal/x.seg at byte 512 (height 9): why. "
        + "Nothing was changed; restore this file from a backup or another node of the network.")
    let inUse = StorageFailure(.inUse(process: 42), .lock, file: "LOCK")
    #expect(inUse.description.hasPrefix("The data folder is in use by process 42. "))
  }

  @Test func kindFollowsFromTheErrorNumber() {
    let kinds: [(Int32, StorageFailure.Kind)] = [
      (ENOSPC, .full), (EDQUOT, .full), (EFBIG, .full), (ENOENT, .missing), (EEXIST, .exists),
      (EIO, .inputOutput), (EACCES, .inputOutput),
    ]
    for (number, kind) in kinds {
      #expect(StorageFailure(.write, file: "f", errorNumber: number).kind == kind)
    }
  }
}
