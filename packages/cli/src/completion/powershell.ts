/** The completion script for PowerShell, from 5.1 on. Pure. */
import type { CompletedCommand, CompletedOption, CompletedValue, Specification } from './specification.js';

/** In single quotes. */
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const value = ({ words, paths }: CompletedValue): string =>
  `@{ Words = @(${words.map(quote).join(', ')}); Paths = ${quote(paths)} }`;

function option({ flags, description, value: taken }: CompletedOption): string[] {
  const about = `@{ Description = ${quote(description)}; Value = ${taken === undefined ? '$null' : value(taken)} }`;
  return flags.map((flag) => `${quote(flag)} = ${about}`);
}

const table = (options: readonly CompletedOption[], indent: string): string =>
  `[ordered]@{\n${options
    .flatMap(option)
    .map((line) => `${indent}    ${line}`)
    .join('\n')}\n${indent}}`;

function command({ name, summary, options, arguments: positional }: CompletedCommand): string {
  const variadic = positional.at(-1)?.variadic === true;
  return `        ${quote(name)} = @{
            Summary = ${quote(summary)}
            Options = ${table(options, '            ')}
            Arguments = @(${positional.map((argument) => value(argument.value)).join(', ')})
            Variadic = ${variadic ? '$true' : '$false'}
        }`;
}

/** The script. */
export function powershellCompletion({ program, options, commands }: Specification): string {
  return `# Completion of ${program} for PowerShell. To have it in every shell, put this line into $PROFILE:
#   ${program} completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName ${quote(program)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $programOptions = ${table(options, '    ')}
    $commands = [ordered]@{
${commands.map(command).join('\n')}
    }

    function New-Result($text, $about) {
        $tip = if ($about) { $about } else { $text }
        $typed = if ($text -match '[\\s''&;()]') { "'" + ($text -replace "'", "''") + "'" } else { $text }
        [System.Management.Automation.CompletionResult]::new($typed, $text, 'ParameterValue', $tip)
    }
    # Words that begin with what is typed, and folders. Where nothing is offered, PowerShell itself offers files.
    function Get-Values($value, $typed, $before) {
        foreach ($word in $value.Words) {
            if ($word.StartsWith($typed)) { New-Result ($before + $word) $word }
        }
        if ($value.Paths -eq 'folders') {
            Get-ChildItem -Directory -Path ($typed + '*') -ErrorAction SilentlyContinue | ForEach-Object {
                $folder = Split-Path -Parent $typed
                $name = if ($folder) { Join-Path $folder $_.Name } else { $_.Name }
                New-Result ($before + $name) $_.FullName
            }
        }
    }

    # The words before the one that is being typed; the first is the program.
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or
            ($_.Extent.EndOffset -eq $cursorPosition -and $wordToComplete -eq '') } | ForEach-Object { "$_" })
    $name = $null
    $place = 0
    $pending = $null
    foreach ($word in ($words | Select-Object -Skip 1)) {
        if ($pending) {
            $pending = $null
        } elseif ($word.StartsWith('-')) {
            $known = if ($name) { $commands[$name].Options } else { $programOptions }
            if ($known -and $known.Contains($word) -and $known[$word].Value) { $pending = $known[$word].Value }
        } elseif (-not $name) {
            if (-not $commands.Contains($word)) { return }
            $name = $word
        } else {
            $place++
        }
    }

    $known = if ($name) { $commands[$name].Options } else { $programOptions }
    if ($pending) {
        Get-Values $pending $wordToComplete ''
    } elseif ($wordToComplete -match '^(--[\\w-]+)=(.*)$' -and $known.Contains($Matches[1])) {
        $option = $Matches[1]
        $typed = $Matches[2]
        if ($known[$option].Value) { Get-Values $known[$option].Value $typed "$option=" }
    } elseif ($wordToComplete.StartsWith('-')) {
        $known.GetEnumerator() | Where-Object { $_.Key.StartsWith($wordToComplete) } |
            ForEach-Object { New-Result $_.Key $_.Value.Description }
    } elseif (-not $name) {
        $commands.GetEnumerator() | Where-Object { $_.Key.StartsWith($wordToComplete) } |
            ForEach-Object { New-Result $_.Key $_.Value.Summary }
    } else {
        $arguments = $commands[$name].Arguments
        if ($place -lt $arguments.Count) {
            Get-Values $arguments[$place] $wordToComplete ''
        } elseif ($commands[$name].Variadic) {
            Get-Values $arguments[-1] $wordToComplete ''
        }
    }
}
`;
}
