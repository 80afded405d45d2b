namespace EndToEnd.Tests.Examples;

public sealed class ConsoleBlockTests
{
    [Fact]
    public void Only_marked_blocks_are_read_with_their_commands_and_what_they_print()
    {
        const string Markdown = """
            <!-- checked -->
            ```console
            $ echo a \
                b
            a b
            $ echo 'one
              two'
            one
              two
            $ true
            ```

            ```console
            $ rm -rf everything
            ```

            <!-- checked, after a kill -->
            ```console
            $ echo c
            c
            ```
            """;

        var blocks = ConsoleBlock.Read(Markdown);

        Assert.Equal([false, true], blocks.Select(block => block.IsAfterAKill));
        Assert.Equal([("echo a \\\n    b", "a b\n"), ("echo 'one\n  two'", "one\n  two\n"), ("true", "")], blocks[0].Steps);
        Assert.Equal([("echo c", "c\n")], blocks[1].Steps);
    }

    [Theory]
    [InlineData("a\nb", "a\nb\n", true)]
    [InlineData("a\nb", "a\nb\nc\n", false)]
    [InlineData("a", "A", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("a\n…\nd", "a\nb\nc\nd\n", true)]
    [InlineData("a\n…\nd", "a\nb\nc\n", false)]
    [InlineData("", "", true)]
    [InlineData("", "unexpected", false)]
    public void What_is_shown_is_compared_word_for_word(string shown, string printed, bool isAsShown)
        => Assert.Equal(isAsShown, ConsoleBlock.IsAsShown(shown, printed));
}
