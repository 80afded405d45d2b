namespace EndToEnd.Tests.Durability;

/// <summary>The checker on small traces, in the form in which strace 6.1 wrote them.</summary>
public sealed class SyncCheckerTests
{
    private const string Arrives = """21 recvfrom(198<TCP:[127.0.0.1:1->127.0.0.1:2]>, "POST /v1/accounts/a/usages HTTP/1.1\r\n\r\n{\"usageId\":\"use-1\"}", 4096, 0, NULL, NULL) = 180""";
    private const string Writes = """22 pwrite64(77</x/data/g.db-wal>, "\r\0\0\0\1\17use-1\0", 4096, 8296) = 4096""";
    private const string Syncs = "22 fdatasync(77</x/data/g.db-wal>) = 0";
    private const string Answers = """23 sendto(198<TCP:[127.0.0.1:1->127.0.0.1:2]>, "HTTP/1.1 201 Created\r\n", 182, MSG_NOSIGNAL, NULL, 0) = 182""";

    [Fact]
    public void A_write_and_then_a_sync_before_the_answer_is_what_was_promised()
        => Assert.Null(Fault(Arrives, Writes, Syncs, Answers));

    [Fact]
    public void An_answer_without_a_sync_is_found()
        => Assert.EndsWith("after it was written", Fault(Arrives, Writes, Answers), StringComparison.Ordinal);

    [Fact]
    public void An_answer_before_the_sync_is_found()
        => Assert.EndsWith("after it was written", Fault(Arrives, Writes, Answers, Syncs), StringComparison.Ordinal);

    [Fact]
    public void A_sync_that_was_over_before_the_write_does_not_count()
        => Assert.EndsWith("after it was written", Fault(Arrives, Syncs, Writes, Answers), StringComparison.Ordinal);

    [Fact]
    public void A_sync_of_another_file_does_not_count()
        => Assert.EndsWith("after it was written", Fault(Arrives, Writes, "22 fdatasync(78</x/data/g.db>) = 0", Answers), StringComparison.Ordinal);

    [Fact]
    public void A_sync_that_failed_does_not_count()
        => Assert.EndsWith("after it was written", Fault(Arrives, Writes, "22 fdatasync(77</x/data/g.db-wal>) = -1 EIO (Input/output error)", Answers), StringComparison.Ordinal);

    [Fact]
    public void A_write_of_something_else_does_not_count()
        => Assert.EndsWith("written to the store", Fault(Arrives, Writes.Replace("use-1", "use-2", StringComparison.Ordinal), Syncs, Answers), StringComparison.Ordinal);

    [Fact]
    public void A_write_to_a_file_outside_the_store_does_not_count()
        => Assert.EndsWith("written to the store", Fault(Arrives, Writes.Replace("/x/data/", "/x/log/", StringComparison.Ordinal), Syncs, Answers), StringComparison.Ordinal);

    [Fact]
    public void A_refusal_is_no_acknowledgement()
        => Assert.EndsWith("no acknowledgement", Fault(Arrives, Writes, Syncs, Answers.Replace("201 Created", "503 Service Unavailable", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Another_connections_answer_does_not_count()
        => Assert.EndsWith("answer isn't in the trace", Fault(Arrives, Writes, Syncs, Answers.Replace("1:2]", "1:3]", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Calls_in_two_halves_are_put_together()
        => Assert.Null(Fault(
            "21 recvfrom(198<TCP:[127.0.0.1:1->127.0.0.1:2]>,  <unfinished ...>",
            "22 fdatasync(77</x/data/g.db-wal> <unfinished ...>",
            """21 <... recvfrom resumed>"POST /v1/accounts/a/usages HTTP/1.1\r\n\r\n{\"usageId\":\"use-1\"}", 4096, 0, NULL, NULL) = 180""",
            "22 <... fdatasync resumed>)              = 0",
            Writes,
            "22 fdatasync(77</x/data/g.db-wal> <unfinished ...>",
            "24 recvfrom(199<TCP:[127.0.0.1:1->127.0.0.1:5]>, 0x7f3d, 1, MSG_PEEK, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
            "22 <... fdatasync resumed>)              = 0",
            Answers));

    [Fact]
    public void A_sync_that_was_still_running_when_the_answer_left_does_not_count()
        => Assert.EndsWith("after it was written", Fault(
            Arrives,
            Writes,
            "22 fdatasync(77</x/data/g.db-wal> <unfinished ...>",
            Answers,
            "22 <... fdatasync resumed>)              = 0"), StringComparison.Ordinal);

    [Fact]
    public void A_sync_that_began_before_the_write_was_over_does_not_count()
        => Assert.EndsWith("after it was written", Fault(
            Arrives,
            """22 pwrite64(77</x/data/g.db-wal>, "use-1", 4096, 8296 <unfinished ...>""",
            "24 fdatasync(77</x/data/g.db-wal> <unfinished ...>",
            "22 <... pwrite64 resumed>) = 4096",
            "24 <... fdatasync resumed>)              = 0",
            Answers), StringComparison.Ordinal);

    private static string? Fault(params string[] trace) => SyncChecker.FaultOf(Strace.Parse(trace), "/x/data", "use-1");
}
