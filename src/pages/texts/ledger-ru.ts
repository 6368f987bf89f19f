/**
 * What the ledger says, in Russian: by its cause where that has a name, else by the English sentence. What stands in braces is
 * carried over, and said in Russian where it is a sentence of the ledger itself. Other words are of Altcraft or of people.
 */
import type { reasons } from '../../launches/launch.ts'
import type { Verdict } from '../../launches/mailing-check.ts'
import type { OutcomeName } from '../../launches/outcome-table.ts'

/** Those that something follows end as the English ones do. */
export const reasonsRu: Readonly<Record<keyof typeof reasons, string>> = {
  overlap: 'наложение: другой запуск этой рассылки ещё не закончился',
  superseded: 'пропуск: срок прошёл, и подошёл более новый срок того же расписания',
  missed: 'пропуск: срок прошёл, а расписание не навёрстывает пропущенное',
  late: 'опоздание: не отправлен в пределах допустимого опоздания',
  exhausted: 'опоздание: ни одна попытка не удалась в пределах допустимого опоздания',
  calendar: 'календарь: срок выпал на ',
  quietHours: 'часы: срок выпал на тихие часы, а расписание такие сроки пропускает',
  allowed: 'часы: срок выпал вне разрешённых часов, а расписание такие сроки пропускает',
  together: 'часы: срок сдвинут на время, когда уходит более новый срок того же расписания',
  closed: 'часы: разрешённое время кончилось раньше, чем его отправили',
  perDay: 'защита: сегодня рассылка уже ушла этой аудитории столько раз, сколько позволяет maxPerDay',
  coolDown: 'защита: рассылка ушла этой аудитории совсем недавно (coolDown)',
  limits: 'лимиты: в отведённое время лимиты аккаунта не оставили ему места',
  breaker: 'предохранитель: аккаунт был отключён из-за сбоев на пути к Altcraft, пока его время не вышло',
  notReleased: 'защита: никто не отпустил его в отведённое время',
  unseen: 'не видно: в ответе успех, но журнал рассылки не показывает запуска; письма не ушли. Искали ',
  paused: 'пауза: ',
  person: 'человек: ',
  hold: 'остановка: ',
  preflight: 'проверка: ',
  store: 'хранилище: ',
  vanished: 'исчез: процесс, который его отправлял, пропал и не успел сказать, чем кончилось',
}

export const outcomesRu: Readonly<Record<OutcomeName, string>> = {
  withheld: 'Ничего не отправлено: {why}.',
  'certificate not trusted':
    'Сертификату сервера нельзя доверять ({code}); ничего не отправлено. Проверьте baseUrl и caFile.',
  'request cannot be written': 'Запрос нельзя записать, поэтому ничего не отправлено: {why}.',
  'host name not found': 'Не удалось узнать адрес сервера по имени ({code}); ничего не отправлено.',
  'not handed over': 'Не было рабочего соединения с сервером ({code}); ничего не отправлено.',
  'no answer in time': 'Запрос отправлен, но целого ответа вовремя не пришло.',
  'given up after the write': 'Sendoff прервал ожидание между запросом и ответом.',
  'answer broke off': 'Ответ начался (HTTP {status}), но дочитать его не удалось ({code}).',
  'connection broke after the write': 'Соединение оборвалось после отправки запроса ({code}).',
  'replayed success with nothing sent before':
    'Altcraft принял это за повтор другого запроса: в ответе успех, но ничего не запущено.',
  started: 'Altcraft запустил рассылку.',
  'transient by the account': 'Altcraft не запустил рассылку ({said}); аккаунт считает эту ошибку временной.',
  'token not accepted': 'Токен не принят ({said}). Проверьте токен аккаунта.',
  'no right to this mailing':
    'Токен не вправе запускать эту рассылку ({said}). Проверьте его роли и группы в Altcraft.',
  'permanent by the account': 'Altcraft отклонил запрос ({said}); аккаунт считает эту ошибку окончательной.',
  'asked to come again': 'Сервер не принял запрос и просит повторить ({said}).',
  conflict: 'Сервер сообщает о конфликте ({said}), возможно, с этим же запуском.',
  'refused by the API': 'Altcraft отклонил запрос ({said}).',
  'refused by status': 'Сервер отклонил запрос ({said}).',
  'not supported': 'Сервер не поддерживает этот вызов ({said}).',
  '503 that the account trusts': 'Сервер не работает ({said}); аккаунт верит, что это значит «не запущено».',
  redirect: 'Сервер ответил переадресацией ({said}), за которой Sendoff никогда не следует.',
  'server error': 'Сбой сервера или шлюза перед ним ({said}), возможно, уже после запуска рассылки.',
  'unknown error code': 'Altcraft ответил кодом, которого Sendoff не знает ({said}).',
  'no valid answer': 'HTTP {status}, но это не ответ Altcraft: {why}.',
}

export const remediesRu: Readonly<Record<Exclude<Verdict, 'fine'>, string>> = {
  inactive: 'Включите её в Altcraft: запустить можно только активную рассылку',
  completed: 'Включите её в Altcraft: запустить можно только активную рассылку',
  missing: 'Проверьте, есть ли такая рассылка в Altcraft и верен ли её номер в расписании',
  token: 'Дайте аккаунту токен, который Altcraft принимает, и перезапустите Sendoff',
  rights: 'Дайте роли токена право видеть и запускать эту рассылку',
  unreachable: 'Проверьте, отвечает ли Altcraft и ведёт ли к нему baseUrl: sendoff doctor',
}

/** Sentences that have no name, and those around others. */
export const sentencesRu: Readonly<Record<string, string>> = {
  // What became of an attempt
  'Altcraft confirmed that an earlier attempt started the mailing.':
    'Altcraft подтвердил, что рассылку запустила более ранняя попытка.',
  'There is no rule for this answer ({said}).': 'Для такого ответа нет правила ({said}).',
  '{said} The mailing may have started.': '{said} Рассылка, возможно, запущена.',
  '{said} The platform marked this as a replay of an earlier answer.':
    '{said} Платформа отметила это как повтор более раннего ответа.',
  '{said} That was attempt {number} of {most}.': '{said} Это была попытка {number} из {most}.',
  '{said} No time is left for another attempt.': '{said} На ещё одну попытку времени не осталось.',
  'still unknown; an identical repeat decided nothing: {said}':
    'всё ещё неизвестно; точный повтор ничего не решил: {said}',
  'the record of this launch is gone': 'записи этого запуска больше нет',
  'another worker has taken this launch over': 'запуск перешёл к другому исполнителю',
  'the launch is {state} by now': 'состояние запуска уже {state}',
  'connecting took longer than the claim lasts': 'соединение заняло больше времени, чем отведено исполнителю',
  'the time in which it may be sent has passed': 'время, когда его можно отправить, прошло',
  'the platform may no longer remember the request that this would repeat':
    'платформа, возможно, уже не помнит запрос, который это повторило бы',
  'everything that could leave is stopped': 'всё, что могло бы уйти, остановлено',
  'its hours are closed': 'его часы закрыты',
  'its hours are closed until {time}': 'его часы закрыты до {time}',
  'the ledger gave an answer that is not understood': 'ответ хранилища не понят',
  'the ledger has forgotten sendings that this process knows':
    'хранилище забыло отправки, о которых знает этот процесс',
  'this process submits no files': 'этот процесс не передаёт файлов',
  'Sendoff gave up before the write': 'Sendoff прервал попытку до записи запроса',
  'given up': 'попытка прервана',
  // Recovery
  'repeat {number}: the platform drops what it has seen, so an identical request can only tell':
    'повтор {number}: платформа отбрасывает то, что уже видела, поэтому точный повтор может только ответить',
  '{starts} starts since the attempt, {others} other launches near it: none':
    'запусков со времени попытки: {starts}, других запусков рядом: {others}; запуска не видно',
  '{starts} starts since the attempt, {others} other launches near it: started':
    'запусков со времени попытки: {starts}, других запусков рядом: {others}; запуск виден',
  '{starts} starts since the attempt, {others} other launches near it: explained':
    'запусков со времени попытки: {starts}, других запусков рядом: {others}; запуск мог сделать кто-то другой',
  'the log could not be read: {why}': 'журнал не удалось прочесть: {why}',
  'the log could not be read. {advice}': 'журнал не удалось прочесть. {advice}',
  'the log could not be read again. {advice}': 'журнал не удалось прочесть ещё раз. {advice}',
  'the log shows no start. {advice}': 'журнал не показывает запуска. {advice}',
  'the log shows a start, but another launch or person may have made it':
    'журнал показывает запуск, но его мог сделать другой запуск или человек',
  "evidence: the platform's log shows the start": 'доказательство: журнал платформы показывает запуск',
  'the log is silent, and the account accepts the risk of launching again (onSilentLog)':
    'журнал молчит, а аккаунт принимает риск повторного запуска (onSilentLog)',
  'deduplication: probed or declared would have let an identical repeat decide':
    'с deduplication: probed или declared решил бы точный повтор',
  'a proof of de-duplication (sendoff doctor --probe-deduplication) would have let an identical repeat decide':
    'с доказательством дедупликации (sendoff doctor --probe-deduplication) решил бы точный повтор',
  'identical repeats did not decide it in time; a longer maxLateness leaves time for more':
    'точные повторы не решили вовремя; бо́льший maxLateness оставит время ещё на несколько',
  'the lease of {who} had run out before it sent anything':
    'срок исполнителя {who} вышел раньше, чем он что-то отправил',
  '{number} minutes': '{number} минут',
  // Preflight
  'mailing {id} is completed in Altcraft (status {status})': 'рассылка {id} в Altcraft завершена (статус {status})',
  'mailing {id} is not active in Altcraft (status {status})': 'рассылка {id} в Altcraft не активна (статус {status})',
  'Altcraft does not accept the token: {why}': 'Altcraft не принимает токен: {why}',
  'the token may not look at mailing {id}: {why}': 'токен не вправе видеть рассылку {id}: {why}',
  'Altcraft does not show mailing {id}: {why}': 'Altcraft не показывает рассылку {id}: {why}',
  'nobody could tell whether mailing {id} is active: {why}': 'не удалось узнать, активна ли рассылка {id}: {why}',
  // Schedules
  'what is stored cannot be read: {why}': 'сохранённое не читается: {why}',
  // The breaker
  '{count} failures in a row, the last: {cause} It tries again at {time}':
    'сбоев подряд: {count}, последний: {cause} Следующая попытка в {time}',
  // Batches
  '{count} rows in a row failed': 'неудачных строк подряд: {count}',
  '{count} rows failed': 'неудачных строк: {count}',
  '{count} of {ended} rows failed': 'неудачных строк: {count} из {ended}',
  'it may have been sent before the store forgot how far its batch had come':
    'возможно, отправлен до того, как хранилище забыло, докуда дошёл его пакет',
  // The store and its server
  'it was emptied, or another one has taken its place: it knows no launch and no schedule':
    'его очистили или подменили: оно не знает ни запусков, ни расписаний',
  'it knows {known} sendings, and this process knows of {remembered}: an older copy was restored, or its last writes were lost':
    'оно знает отправок: {known}, а этот процесс: {remembered}; восстановлена старая копия или потеряны последние записи',
  'it was at {before} and is now at {now}: it was copied or moved':
    'оно было в {before}, а теперь в {now}: его скопировали или перенесли',
  'a replica became the primary; its last writes may be missing':
    'реплика стала главной; последних записей может не быть',
  'it does not answer within {ms} ms': 'он не отвечает за {ms} мс',
  'Redis {version} is too old. 7.0 or newer is needed': 'Redis {version} слишком старый. Нужен 7.0 или новее',
  'its maxmemory-policy cannot be read. It must be noeviction':
    'не удаётся узнать его maxmemory-policy. Она должна быть noeviction',
  'maxmemory-policy is {policy}: it may throw away the record of a launch. Run CONFIG SET maxmemory-policy noeviction':
    'maxmemory-policy — {policy}: запись запуска может быть выброшена. Выполните CONFIG SET maxmemory-policy noeviction',
  'whether it keeps an append-only file cannot be read. appendonly must be yes':
    'не удаётся узнать, ведёт ли он append-only file. appendonly должен быть yes',
  'appendonly is no: a restart forgets every launch. Run CONFIG SET appendonly yes':
    'appendonly — no: перезапуск забудет все запуски. Выполните CONFIG SET appendonly yes',
  'durability disk needs appendfsync always (it is {fsync}) or Redis 7.2 (it is {version}). Run CONFIG SET appendfsync always, or set durability: memory for the account and accept that a power failure may forget an intent':
    'для durability disk нужен appendfsync always (сейчас {fsync}) или Redis 7.2 (сейчас {version}). Выполните CONFIG SET appendfsync always или задайте аккаунту durability: memory, приняв, что сбой питания может забыть намерение',
  'durability {asked} needs appendfsync always or Redis 7.2; the server has {version}. Run CONFIG SET appendfsync always, or use a newer Redis':
    'для durability {asked} нужен appendfsync always или Redis 7.2, а у сервера {version}. Выполните CONFIG SET appendfsync always или возьмите Redis новее',
  // Why a decision was refused
  'there is no such launch': 'такого запуска нет',
  'it is {state}, not unknown': 'его состояние — {state}, а не «неизвестно»',
  'another attempt has been made since': 'с тех пор была ещё попытка',
  'its request may still be travelling; "not launched" may be said in {seconds} s':
    'его запрос, возможно, ещё в пути; «запуска не было» можно сказать через {seconds} с',
  'the process that was sending it still lives ({who})': 'процесс, который его отправлял, ещё работает ({who})',
  'its batch was cancelled': 'его пакет отменён',
  'the time to send until has passed': 'время, до которого его можно отправить, прошло',
  'it is unknown: a retry could mail everybody twice. Resolve it first: sendoff launches resolve':
    'неизвестно, был ли запуск: повтор мог бы отправить всем письмо дважды. Сначала разрешите его',
  'it is {state}; only failed, rejected and swallowed launches are tried again':
    'его состояние — {state}; повторить можно только неудавшийся, отклонённый или проглоченный запуск',
  'it is {state}; only what has not been sent can be cancelled':
    'его состояние — {state}; отменить можно только то, что ещё не отправлено',
  'it is {state}; only a held launch can be let go':
    'его состояние — {state}; отпустить можно только удержанный запуск',
  'a stop holds it; end that: sendoff hold status, then sendoff hold off': 'его держит остановка; закончите её',
  'its deadline has passed': 'его срок прошёл',
  'it is {state}; only what a guard holds is let go. A stop is ended by sendoff hold off':
    'его состояние — {state}; отпустить можно только то, что держит защита. Остановку заканчивают отдельно',
  'the time in which it might be sent has passed': 'время, когда его можно было отправить, прошло',
  'the mailing has gone to this audience again since': 'с тех пор рассылка снова ушла этой аудитории',
  // Who
  service: 'служба',
  'somebody on this machine': 'кто-то на этой машине',
  'key {name}': 'ключ {name}',
}

/** What was decided or done, as the audit and the story of a launch name it. */
export const actionsRu: Readonly<Record<string, string>> = {
  pause: 'пауза',
  resume: 'возобновление',
  skip: 'пропуск срока',
  unskip: 'отмена пропуска',
  retry: 'повтор',
  cancel: 'отмена',
  release: 'отпущен',
  resolve: 'разрешён',
  confirmation: 'проверка по журналу',
  'hold on': 'остановка',
  'hold off': 'конец остановки',
  'breaker open': 'предохранитель сработал',
  'breaker closed': 'предохранитель снят',
  'epoch raised': 'хранилище сменилось',
  'create key': 'новый ключ',
  'revoke key': 'ключ отозван',
  'proof stored': 'доказательство сохранено',
  'proof withdrawn': 'доказательство отозвано',
  'batch submit': 'приём пакета',
  'batch pause': 'пауза пакета',
  'batch resume': 'возобновление пакета',
  'batch retry': 'повтор строк пакета',
  'batch cancel': 'отмена пакета',
  'batch rows in doubt': 'строки пакета под вопросом',
  'schedule added': 'расписание добавлено',
  'schedule changed': 'расписание изменено',
  'schedule renamed': 'расписание переименовано',
  'schedule removed': 'расписание убрано',
  'launch taken back': 'запуск снят',
  'due times not minted': 'сроки не созданы',
  'identical repeat': 'точный повтор',
  'read the log': 'прочитан журнал',
  'a person must decide': 'решать человеку',
  'looked for the start in the log': 'запуск искали в журнале',
  'took it over': 'перехватил',
  'let go past its guard': 'отпущен в обход защиты',
  '{before} -> {after}': '{before} → {after}',
}
