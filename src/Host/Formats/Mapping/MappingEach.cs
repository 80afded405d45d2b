using System.Collections.Immutable;
using System.Text.Json;

namespace GpuCredit.Host.Formats.Mapping;

/// <summary>The array whose elements are records, such as <c>$.rows</c>; or those in every element of another: <c>$.customers[*].rows</c>.</summary>
internal sealed class MappingEach
{
    private readonly ImmutableArray<MappingPath> _arrays;

    private MappingEach(ImmutableArray<MappingPath> arrays) => _arrays = arrays;

    /// <summary>How many arrays lie in each other.</summary>
    public int Levels => _arrays.Length;

    /// <exception cref="ExpressionException">It isn't a path to an array.</exception>
    public static MappingEach Parse(string text)
    {
        var reader = new ExpressionReader(text);
        var whole = reader.Path(mayHaveEvery: true);
        if (!reader.IsAtEnd || whole.Root != PathRoot.Message)
            throw new ExpressionException("must be one path that begins with $");
        var arrays = ImmutableArray.CreateBuilder<MappingPath>();
        var steps = ImmutableArray.CreateBuilder<PathStep>();
        foreach (var step in whole.Steps)
        {
            if (!step.IsEvery)
            {
                steps.Add(step);
                continue;
            }

            arrays.Add(Array(steps.ToImmutable()));
            steps.Clear();
        }

        arrays.Add(Array(steps.ToImmutable()));
        return new(arrays.ToImmutable());

        // Each begins at an element of the one before.
        MappingPath Array(ImmutableArray<PathStep> way) => whole with { Root = arrays.Count == 0 ? PathRoot.Message : PathRoot.Element, Steps = way };
    }

    /// <summary>Reads every record, with its elements set in the message.</summary>
    /// <param name="message">Its elements are written over.</param>
    /// <param name="read">What reads a record; false when no more may be read.</param>
    /// <param name="refuse">What is told the rule that is broken where an array should be; false as well.</param>
    public bool ReadAll(in MappedMessage message, Func<MappedMessage, bool> read, Func<string, bool> refuse) => ReadFrom(0, message, read, refuse);

    private bool ReadFrom(int level, in MappedMessage message, Func<MappedMessage, bool> read, Func<string, bool> refuse)
    {
        var path = _arrays[level];
        // The element of the level before is the last one so far.
        var found = path.FindIn(level == 0 ? message.Root : message.Elements[level - 1]);
        if (found is not { } array)
            return path.IsOptional || refuse(path.Missing);
        if (array.ValueKind != JsonValueKind.Array)
            return refuse($"must have an array at {path.Shown}");
        foreach (var element in array.EnumerateArray())
        {
            message.Elements[level] = element;
            if (!(level + 1 < _arrays.Length ? ReadFrom(level + 1, message, read, refuse) : read(message)))
                return false;
        }

        return true;
    }
}
