using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.Serialization;
using CreditActors.Ledger;
using Google.Protobuf;

namespace CreditActors.Serialization;

/// <summary>Closed books, record to protobuf and back.</summary>
internal static class BooksCodec
{
    private const int DigestBytes = 16;

    /// <summary>All but the ids, which come in parts of their own.</summary>
    public static Proto.ClosedBooks Write(ClosedBooks books)
    {
        var proto = new Proto.ClosedBooks { Horizon = books.Horizon, CreditsSum = (ulong)books.CreditsSum };
        var before = 0L;
        foreach (var (at, amount) in books.Sums)
        {
            proto.SumAtSteps.Add(at - before);
            proto.SumAmounts.Add((ulong)amount);
            before = at;
        }

        return proto;
    }

    public static ClosedBooks Read(Proto.ClosedBooks proto)
    {
        var horizon = Field.Required(proto.HasHorizon, proto.Horizon, "horizon");
        var creditsSum = Field.Required(proto.HasCreditsSum, proto.CreditsSum, "credits_sum");
        if (proto.SumAmounts.Count != proto.SumAtSteps.Count)
            throw new SerializationException($"{proto.SumAmounts.Count} amounts for {proto.SumAtSteps.Count} closed sums.");
        var sums = ImmutableArray.CreateBuilder<ClosedSum>(proto.SumAmounts.Count);
        var at = 0L;
        for (var i = 0; i < proto.SumAmounts.Count; i++)
            sums.Add(new(at += proto.SumAtSteps[i], (long)proto.SumAmounts[i]));
        return new(horizon, creditsSum, sums.MoveToImmutable(), []);
    }

    public static Proto.ClosedIds Write(ClosedIdsPart part)
    {
        var digests = new byte[part.Digests.Length * DigestBytes];
        for (var i = 0; i < part.Digests.Length; i++)
            BinaryPrimitives.WriteUInt128LittleEndian(digests.AsSpan(i * DigestBytes), part.Digests[i]);
        var proto = new Proto.ClosedIds { Horizon = part.Horizon, Digests = UnsafeByteOperations.UnsafeWrap(digests) };
        foreach (var revision in part.Revisions)
            proto.Revisions.Add((uint)revision);
        return proto;
    }

    public static ClosedIdsPart Read(Proto.ClosedIds proto)
    {
        var horizon = Field.Required(proto.HasHorizon, proto.Horizon, "horizon");
        var bytes = Field.Required(proto.HasDigests, proto.Digests, "digests").Span;
        if (bytes.Length % DigestBytes != 0)
            throw new SerializationException($"{bytes.Length} bytes are no digests of {DigestBytes}.");
        var digests = ImmutableArray.CreateBuilder<UInt128>(bytes.Length / DigestBytes);
        for (var at = 0; at < bytes.Length; at += DigestBytes)
            digests.Add(BinaryPrimitives.ReadUInt128LittleEndian(bytes[at..]));
        if (proto.Revisions.Count != 0 && proto.Revisions.Count != digests.Count)
            throw new SerializationException($"{proto.Revisions.Count} revisions for {digests.Count} ids.");
        return new(horizon, digests.MoveToImmutable(), [.. proto.Revisions.Select(revision => (int)revision)]);
    }
}
