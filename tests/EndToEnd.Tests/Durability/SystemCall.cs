namespace EndToEnd.Tests.Durability;

/// <summary>
/// One system call of a trace. Lines give the order: a call whose last line is before another's first was over
/// before the other began.
/// </summary>
/// <param name="Name">As the kernel calls it.</param>
/// <param name="File">What its first argument stands for: a file's path, or <c>TCP:[…]</c>.</param>
/// <param name="Arguments">All of them as strace writes them, with escapes.</param>
/// <param name="Result">The number returned.</param>
/// <param name="Started">The line of its start.</param>
/// <param name="Ended">The line of its end, the same one when no other call came between.</param>
internal sealed record SystemCall(string Name, string File, string Arguments, long Result, int Started, int Ended);
