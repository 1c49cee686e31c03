-- Prints the deletions and revocations since the time :since, with tabs between the columns.
\pset fieldsep '\t'
\pset null '\\N'
select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), kind, subject, value
from revocations where at >= :'since' order by at, id;
